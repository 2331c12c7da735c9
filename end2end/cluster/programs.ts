// The programs around the application: a Redis whose memory outlives it, and nginx, which gives each request to the next
// instance in turn. Both from the distribution, both on loopback, both gone with the test.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../fixtures/application';

async function untilListening(port: number, child: ChildProcess): Promise<void> {
  for (const deadline = Date.now() + 10_000; Date.now() < deadline; ) {
    if (child.exitCode !== null) break;
    const listening = await new Promise<boolean>((done) => {
      const socket = connect(port, '127.0.0.1', () => (socket.destroy(), done(true)));
      socket.once('error', () => done(false));
    });
    if (listening) return;
    await new Promise((done) => setTimeout(done, 10));
  }
  throw new Error(`${child.spawnfile} does not listen on ${port}: is it installed?`);
}

async function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const end = new Promise((done) => child.once('exit', done));
  child.kill(signal);
  await end;
}

/** Writes a certificate of loopback, `server.pem` with `server.key`, and that of the authority that certified it, `authority.pem`. */
export async function certify(directory: string): Promise<void> {
  const make = async (name: string, ...words: string[]) => {
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', `${name}.key`];
    const child = spawn('openssl', ['req', '-x509', ...key, '-out', `${name}.pem`, '-days', '1', '-subj', `/CN=${name}`, ...words], {
      cwd: directory,
      stdio: 'ignore',
    });
    const status = await new Promise((done) => child.once('exit', done));
    if (status !== 0) throw new Error(`openssl ended with ${status}: is it installed?`);
  };
  await make('authority');
  const leaf = ['-addext', 'subjectAltName=IP:127.0.0.1,DNS:localhost', '-addext', 'basicConstraints=critical,CA:FALSE'];
  await make('server', '-CA', 'authority.pem', '-CAkey', 'authority.key', ...leaf);
}

export class Redis {
  private child: ChildProcess | undefined;

  private constructor(
    readonly port: number,
    private readonly directory: string,
    private readonly isEncrypted: boolean,
  ) {}

  /** One that writes every change to its file before it answers; over TLS with a certificate of its own, if asked for. */
  static async start(isEncrypted = false): Promise<Redis> {
    const redis = new Redis(await freePort(), await mkdtemp(join(tmpdir(), 'vestibule-redis-')), isEncrypted);
    if (isEncrypted) await certify(redis.directory);
    await redis.restart();
    return redis;
  }

  get url(): string {
    return `${this.isEncrypted ? 'rediss' : 'redis'}://127.0.0.1:${this.port}/0`;
  }

  /** The certificate of the authority that certified it. */
  get authority(): string {
    return join(this.directory, 'authority.pem');
  }

  async restart(): Promise<void> {
    const tls = {
      port: '0',
      'tls-port': String(this.port),
      'tls-cert-file': join(this.directory, 'server.pem'),
      'tls-key-file': join(this.directory, 'server.key'),
      'tls-ca-cert-file': this.authority,
      'tls-auth-clients': 'no',
    };
    const address = this.isEncrypted ? tls : { port: String(this.port) };
    const options = { ...address, bind: '127.0.0.1', dir: this.directory, save: '', appendonly: 'yes', appendfsync: 'always' };
    const words = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);
    this.child = spawn('redis-server', words, { stdio: 'ignore' });
    await untilListening(this.port, this.child);
  }

  /** Ends it as a power cut would. */
  async kill(): Promise<void> {
    if (this.child) await ended(this.child, 'SIGKILL');
  }

  async stop(): Promise<void> {
    await this.kill();
    await rm(this.directory, { recursive: true, force: true });
  }
}

export class Nginx {
  private constructor(
    private readonly child: ChildProcess,
    private readonly directory: string,
  ) {}

  /** The certificate of the authority that certified it, if it speaks TLS. */
  get authority(): string {
    return join(this.directory, 'authority.pem');
  }

  /**
   * One on this port that passes requests on to these addresses, in turn; to the next where one does not answer. With a plain port
   * it speaks TLS on the other, and sends whoever comes to the plain one there.
   */
  static async start(port: number, instances: string[], plain?: number): Promise<Nginx> {
    const directory = await mkdtemp(join(tmpdir(), 'vestibule-nginx-'));
    await mkdir(join(directory, 'temp'));
    if (plain !== undefined) await certify(directory);
    const tls = `ssl_certificate ${directory}/server.pem; ssl_certificate_key ${directory}/server.key;`;
    const elsewhere = `server { listen 127.0.0.1:${plain}; return 308 https://localhost:${port}$request_uri; }`;
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
    const servers = instances.map((url) => `server ${new URL(url).host} max_fails=1 fail_timeout=1s;`);
    await writeFile(
      join(directory, 'nginx.conf'),
      `pid ${directory}/nginx.pid;
daemon off;
error_log stderr warn;
events { worker_connections 1024; }
http {
  access_log off;
  ${temporary.map((name) => `${name}_temp_path ${directory}/temp/${name};`).join('\n  ')}
  upstream vestibule { ${servers.join(' ')} }
  server {
    listen 127.0.0.1:${port} ${plain === undefined ? '' : 'ssl '}backlog=1024;
    ${plain === undefined ? '' : tls}
    location / {
      proxy_pass http://vestibule;
      proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-For $remote_addr;
      proxy_http_version 1.1;
      proxy_next_upstream error timeout;
      # Up to four cookies come back with one response.
      proxy_buffer_size 32k;
      proxy_buffers 8 32k;
    }
  }
  ${plain === undefined ? '' : elsewhere}
}
`,
    );
    const child = spawn('nginx', ['-c', join(directory, 'nginx.conf'), '-p', directory], { stdio: 'ignore' });
    await untilListening(port, child);
    return new Nginx(child, directory);
  }

  async stop(): Promise<void> {
    await ended(this.child, 'SIGTERM');
    await rm(this.directory, { recursive: true, force: true });
  }
}
