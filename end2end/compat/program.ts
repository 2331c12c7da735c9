// Starts a program that signs people in, as its author's guide would have it: a process on loopback, with its data in a
// folder that goes with it.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Application, freePort } from '../fixtures/application';

/** Where the start scripts and the configurations stand. */
export const here = dirname(fileURLToPath(import.meta.url));

/** Where `tools/compat --install` put the programs. */
function installed(...path: string[]): string {
  const folder = process.env.COMPAT_INSTALLED;
  if (!folder) throw new Error('COMPAT_INSTALLED names no folder: run tools/compat');
  return join(folder, ...path);
}

/** What is running, and how to end it. */
export interface Program {
  url: string;
  stop(): Promise<void>;
}

/** Starts a program whose access tokens live for so many seconds, or for as long as it likes. */
export type Starter = (life?: number) => Promise<Program>;

interface Command {
  words: string[];
  environment?: Record<string, string>;
}

function starter(command: (port: string, life?: number) => Command): Starter {
  return async (life) => {
    const port = String(await freePort());
    const directory = await mkdtemp(join(tmpdir(), 'vestibule-compat-'));
    const { words, environment } = command(port, life);
    const [executable = '', ...rest] = words;
    const child = spawn(executable, rest, {
      cwd: directory,
      env: { PATH: process.env.PATH, DATABASE: join(directory, 'data.sqlite'), ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const kill = () => child.kill('SIGKILL');
    process.once('exit', kill);
    const stop = async () => {
      await ended(child);
      process.removeListener('exit', kill);
      await rm(directory, { recursive: true, force: true });
    };
    const url = `http://127.0.0.1:${port}`;
    await untilAnswering(url, child, stop);
    return { url, stop };
  };
}

async function untilAnswering(url: string, child: ChildProcess, stop: () => Promise<void>): Promise<void> {
  let said = '';
  let failed = false;
  child.once('error', (error) => ((said += String(error)), (failed = true)));
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (said = (said + String(chunk)).slice(-4_000)));
  for (const deadline = Date.now() + 60_000; Date.now() < deadline; ) {
    if (failed || child.exitCode !== null) break;
    // Of any status: it speaks HTTP.
    if (await fetch(url).catch(() => undefined)) return;
    await new Promise((done) => setTimeout(done, 50));
  }
  await stop();
  throw new Error(`${child.spawnargs.join(' ')} did not start; it said:\n${said}`);
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const end = new Promise((done) => child.once('exit', done));
  child.kill('SIGTERM');
  const patience = setTimeout(() => child.kill('SIGKILL'), 5_000);
  await end;
  clearTimeout(patience);
}

/** `ACCESS_LIFETIME`, which every start script here takes, where it is not left to the script. */
const lifetime = (life?: number, unit = ''): Record<string, string> =>
  life === undefined ? {} : { ACCESS_LIFETIME: `${life}${unit}` };

export const fastapiUsers = starter((port, life) => ({
  words: [installed('python/bin/python'), '-m', 'uvicorn', 'app:app', '--app-dir', join(here, 'fastapi-users'), '--port', port],
  environment: lifetime(life),
}));

export const djoser = starter((port, life) => ({
  words: [installed('python/bin/python'), join(here, 'djoser/app.py'), port],
  environment: lifetime(life),
}));

export const feathers = starter((port, life) => ({
  words: [process.execPath, installed('feathers/start.mjs')],
  environment: { PORT: port, ...lifetime(life, 's') },
}));

export const oidcProvider = starter((port, life) => ({
  words: [process.execPath, installed('oidc-provider/start.mjs')],
  environment: { PORT: port, ...lifetime(life) },
}));

/** The same with its own pages, for people who come from these redirect URIs. */
export const oidcProviderFor = (redirects: string[]): Starter =>
  starter((port, life) => ({
    words: [process.execPath, installed('oidc-provider/start.mjs')],
    environment: { PORT: port, REDIRECTS: redirects.join(' '), ...lifetime(life) },
  }));

/** The demo API: in the application, on a port of its own, which the application's log tells. */
export const demoApi: Starter = async (life) => {
  const toml = life === undefined ? '' : `[app]\ndemo_access_lifetime = "${life}s"\n`;
  const application = await Application.start(toml, { VESTIBULE__LOG__LEVEL: 'info', VESTIBULE__LOG__FORMAT: 'json' });
  const line = application.log().split('\n').find((line) => line.includes('the demo API stands in'));
  const url = /http:\/\/127\.0\.0\.1:\d+/.exec(line ?? '')?.[0];
  if (!url) {
    await application.stop();
    throw new Error('the application does not say where its demo API listens: was it built without one?');
  }
  return { url, stop: () => application.stop() };
};
