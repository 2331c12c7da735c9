// What is judged: the application as it is operated, behind nginx with a certificate, in front of an API of ours.
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mkdtemp, rm } from 'node:fs/promises';
import { Application, freePort } from '../fixtures/application';
import { login } from '../fixtures/instances';
import { Upstream } from '../fixtures/upstream';
import { Nginx } from '../cluster/programs';

const quiet = { VESTIBULE__LOG__LEVEL: 'warn' };

function configuration(publicUrl: string, upstream: Upstream): string {
  return `environment = "production"
[server]
public_url = "${publicUrl}"
[session]
secrets = ["judged-Wn2vQkXe9RzMbHsLdFgJpUaC-tY6"]
[limits]
# A judge tries more passwords than a person does.
account = "10000/1m"
address = "10000/1m"
trusted_proxies = ["127.0.0.1"]
[upstream]
base_url = "${upstream.url}"
[upstream.refresh]
[upstream.sign_out]
[proxy]
allow = [{ path = "/me" }, { path = "/api/**" }]
${login()}`;
}

export class Site {
  /** A folder for what judges write. */
  readonly folder: string;

  private constructor(
    readonly port: number,
    readonly plainPort: number,
    readonly application: Application,
    readonly upstream: Upstream,
    private readonly nginx: Nginx,
    folder: string,
  ) {
    this.folder = folder;
  }

  static async start(): Promise<Site> {
    const [port, plainPort, upstream] = [await freePort(), await freePort(), await Upstream.start()];
    upstream.projects = [{ id: 'one', name: 'A first project', description: 'Rivers & roads' }];
    const application = await Application.start(configuration(`https://localhost:${port}`, upstream), quiet);
    const nginx = await Nginx.start(port, [application.url], plainPort);
    return new Site(port, plainPort, application, upstream, nginx, await mkdtemp(join(tmpdir(), 'vestibule-judge-')));
  }

  /** The application without nginx, which would bear the brunt of what is done to it, under the name by which it is reached. */
  async bare(): Promise<Application> {
    const port = await freePort();
    return await Application.start(configuration(`https://127.0.0.1:${port}`, this.upstream), quiet, port);
  }

  get url(): string {
    return `https://localhost:${this.port}`;
  }

  /** The certificate of the authority that certified it. */
  get authority(): string {
    return this.nginx.authority;
  }

  async stop(): Promise<void> {
    await this.nginx.stop();
    await this.application.stop();
    await this.upstream.stop();
    await rm(this.folder, { recursive: true, force: true });
  }
}
