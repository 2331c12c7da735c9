// The judges: programs that others wrote to find what is wrong with a site. Each says what it found, and wants nothing found.
import { type ChildProcess, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, type Page, test as base } from '@playwright/test';
import { mira, signIn, submit } from '../fixtures/accounts';
import { violations } from '../fixtures/axe';
import { noteHydration, visit } from '../fixtures/hydration';
import { Site } from './site';
import { callback, p99, refusals, tampering } from './timing';
import type { Judgement } from './table';

const repository = resolve(fileURLToPath(import.meta.url), '../../..');
/** Where tools/judge put the judges. */
const installed = process.env.JUDGE_INSTALLED ?? '';

const test = base.extend<object, { site: Site }>({
  site: [
    async ({}, use) => {
      const site = await Site.start();
      await use(site);
      await site.stop();
    },
    { scope: 'worker' },
  ],
  baseURL: async ({ site }, use) => await use(site.url),
});

/** What a judge says, whose program ends well. */
async function hear(command: string, words: string[], { input = '', ...more }: { input?: string; cwd?: string; env?: object } = {}) {
  const env = { ...process.env, ...more.env };
  const child: ChildProcess = spawn(command, words, { cwd: more.cwd, env, stdio: ['pipe', 'pipe', 'pipe'] });
  let [said, complaint] = ['', ''];
  child.stdout?.on('data', (chunk) => (said += String(chunk)));
  child.stderr?.on('data', (chunk) => (complaint += String(chunk)));
  child.stdin?.end(input);
  const status = await new Promise((done, fail) => child.once('error', fail).once('close', done));
  return { status, said, complaint };
}

async function node(program: string, words: string[], input = '', env: object = {}): Promise<Judgement> {
  const { status, said, complaint } = await hear(process.execPath, [join(installed, program), ...words], { input, env });
  if (status !== 0) throw new Error(`${program}: ${complaint}`);
  return JSON.parse(said) as Judgement;
}

function judged(judgement: Judgement): void {
  test.info().annotations.push({ type: 'judgement', description: JSON.stringify(judgement) });
  expect(judgement.findings).toEqual([]);
}

const pages = { out: ['/', '/login', '/login?reason=ended', '/login?callbackUrl=%2Faccount', '/logout', '/nowhere'], in: ['/', '/account', '/projects', '/logout', '/nowhere'] };

/** Every page, signed out, with a refused form, and signed in. */
async function everyPage(site: Site, page: Page, look: (name: string) => Promise<void>): Promise<void> {
  await noteHydration(page.context());
  for (const path of pages.out) {
    await visit(page, path);
    await look(path);
  }
  site.upstream.answers.set('POST /sign-in', { status: 401, body: {} });
  await visit(page, '/login');
  await submit(page, { ...mira, password: 'of somebody else' });
  await expect(page.getByRole('alert')).not.toBeEmpty();
  await look('/login, refused');
  site.upstream.answers.clear();
  await signIn(page, mira);
  for (const path of pages.in) {
    await visit(page, path);
    await look(`${path}, signed in`);
  }
  site.upstream.answers.set('GET /api/v1/projects', { status: 500, body: {} });
  await visit(page, '/projects');
  await look('/projects, while the API fails');
  site.upstream.answers.clear();
}

test('hostile upstream', async () => {
  const words = ['test', '--locked', '--test', 'outside', '--', '--test-threads=2'];
  const { said, complaint } = await hear('cargo', words, { cwd: repository });
  const [, passed] = /^test result: \w+\. (\d+) passed/m.exec(said) ?? [];
  if (passed === undefined) throw new Error(complaint || said);
  const findings = [...said.matchAll(/^test (\S+) \.\.\. FAILED$/gm)].map(([, name]) => name ?? '');
  const { version } = JSON.parse((await hear('cargo', ['metadata', '--no-deps', '--format-version=1'], { cwd: repository })).said).packages[0];
  judged({ version, findings, note: `${passed} faults and attacks come through` });
});

test('wapiti', async ({ page, site }) => {
  const wapiti = join(installed, 'wapiti/bin/wapiti');
  await page.goto('/');
  await signIn(page, mira);
  const cookies = (await page.context().cookies()).map(({ name, value }) => `${name}=${value}`).join('; ');
  const findings: string[] = [];
  let requests = 0;
  // Left out: those that need a server of the internet to be called back on (ssrf, xxe, log4shell) or its lists (wapp, cms, nikto);
  // ssl, which judges nginx; csrf, which wants a token in each form, where we compare where a request comes from.
  const modules = 'backup,brute_login_form,cookieflags,crlf,csp,exec,file,htaccess,http_headers,https_redirect,ldap,methods,permanentxss,redirect,shellshock,sql,timesql,upload,xss';
  for (const [who, more] of Object.entries({ 'signed out': [], 'signed in': ['-H', `Cookie: ${cookies}`, '--drop-set-cookie'] })) {
    const report = join(site.folder, `${who.replace(' ', '-')}.json`);
    const words = ['-u', `${site.url}/`, '--scope', 'domain', '-m', modules, '-x', `${site.url}/auth/sign-out*`, '-x', `${site.url}/logout*`, '-d', '6'];
    const quietly = ['--flush-session', '--no-bugreport', '-v', '0', '--store-session', site.folder, '--max-attack-time', '180'];
    const { status, complaint, said } = await hear(wapiti, [...words, ...quietly, ...more, '-f', 'json', '-o', report]);
    if (status !== 0 && status !== 1) throw new Error(complaint || said);
    const found = JSON.parse(await readFile(report, 'utf8'));
    requests += found.infos.crawled_pages_nbr ?? 0;
    for (const kind of ['vulnerabilities', 'anomalies']) {
      for (const [name, all] of Object.entries<{ method: string; path: string; info: string }[]>(found[kind])) {
        findings.push(...all.map(({ method, path, info }) => `${who}: ${name}: ${method} ${path}: ${info}`));
      }
    }
  }
  const version = (await hear(wapiti, ['--version'])).said.match(/\d+\.\d+\.\d+/)?.[0] ?? '?';
  judged({ version, findings, note: `${requests} pages crawled, signed out and in` });
});

test("MDN's observatory", async ({ site }) => {
  judged(await node('observatory.mjs', [String(site.plainPort), String(site.port)], '', { NODE_EXTRA_CA_CERTS: site.authority }));
});

test('csp_evaluator', async ({ page, site }) => {
  const policies: string[] = [];
  page.on('response', (response) => {
    const policy = response.headers()['content-security-policy'];
    if (policy && response.request().isNavigationRequest()) policies.push(policy);
  });
  await everyPage(site, page, async () => {});
  judged(await node('csp.mjs', [], policies.join('\n')));
});

test('html-validate', async ({ page, site }) => {
  const html: Record<string, string> = {};
  // As the server sends it: what scripts make of it is for axe.
  await everyPage(site, page, async (name) => {
    if (!name.includes('refused')) html[name] = await (await page.request.get(page.url(), { headers: { accept: 'text/html' } })).text();
  });
  site.upstream.answers.set('POST /sign-in', { status: 401, body: {} });
  const form = { username: mira.username, password: 'of somebody else' };
  await page.context().clearCookies();
  html['/login, refused'] = await (await page.request.post('/login', { form, headers: { origin: site.url, accept: 'text/html' } })).text();
  site.upstream.answers.clear();
  const judgement = await node('html.mjs', [], JSON.stringify(html));
  judged({ ...judgement, note: `${Object.keys(html).length} pages` });
});

test('axe', async ({ browser, site }) => {
  const findings: string[] = [];
  let looked = 0;
  for (const colorScheme of ['light', 'dark'] as const) {
    for (const width of [1280, 360]) {
      const page = await browser.newPage({ baseURL: site.url, ignoreHTTPSErrors: true, colorScheme, viewport: { width, height: 800 } });
      await everyPage(site, page, async (name) => {
        looked += 1;
        findings.push(...(await violations(page)).map((violation) => `${name}, ${colorScheme}, ${width} px: ${violation}`));
      });
      await page.close();
    }
  }
  const { version } = JSON.parse(await readFile(join(repository, 'end2end/node_modules/axe-core/package.json'), 'utf8'));
  judged({ version, findings, note: `${looked} pages, light and dark, 1280 and 360 px wide` });
});

/** How long a connection may last, in seconds (SV-01): a head 10, a body 30. Whoever reads slowly has an answer that the system holds for them, and a connection that is kept for 60. */
const longestOf = (words: string[]) => (words.includes('-X') ? 60 : words.includes('-B') ? 30 : 10);

const attacks = { 'slow heads': ['-H', '-i', '10'], 'slow bodies': ['-B', '-i', '10', '-s', '8192', '-u', '/login'], 'slow bodies of calls': ['-B', '-i', '10', '-s', '8192', '-u', '/upstream/x'], ranges: ['-R', '-t', 'GET'], 'slow reading': ['-X', '-w', '1', '-y', '1', '-n', '5', '-z', '1', '-k', '3'] };

for (const [name, words] of Object.entries(attacks)) {
  test(`slowhttptest, ${name}`, async ({ site }) => {
    const [path, ...options] = words.includes('-u') ? [words.at(-1), ...words.slice(0, words.indexOf('-u'))] : ['/', ...words];
    const application = await site.bare();
    const { url } = application;
    const { host } = new URL(url);
    const before = await p99(url, host, 5_000);
    // What the server holds: a system goes on sending what a server has let go of.
    const [idle, began] = [application.descriptors(), Date.now()];
    const open: { at: number; held: number }[] = [];
    const watch = setInterval(() => open.push({ at: (Date.now() - began) / 1_000, held: application.descriptors() - idle }), 500);
    const report = join(site.folder, name.replace(' ', '-'));
    const target = ['-u', `${url}${path}`, '-c', '1000', '-r', '250', '-l', String(longestOf(words) + 20), '-p', '3', '-g', '-o', report];
    const attack = hear('slowhttptest', [...options, ...target]);
    const during = await p99(url, host, 15_000);
    await attack;
    clearInterval(watch);
    await application.stop();
    const seconds = (await readFile(`${report}.csv`, 'utf8')).trim().split('\n').slice(1).map((line) => line.split(',').map(Number));
    const gone = seconds.filter(([, , , , available]) => available === 0).length;
    const most = Math.max(...open.map(({ held }) => held));
    const made = Math.max(0, ...seconds.map(([, closed = 0, , connected = 0]) => closed + connected));
    // All of them are there after 4 s; 5 s are for taking leave.
    const longest = longestOf(words);
    const late = Math.max(0, ...open.filter(({ at, held }) => at > 4 + longest + 5 && held > 10).map(({ at }) => at));
    const findings = [
      ...(gone > 0 ? [`the site was away for ${gone} s`] : []),
      ...(made < 900 ? [`the attack did not take place: ${made} connections`] : []),
      ...(late > 0 ? [`SV-02: connections were still held after ${late} s`] : []),
      ...(during > Math.max(2 * before, 20) ? [`SV-02: another's p99 was ${during} ms, ${before} ms without the attack`] : []),
    ];
    const version = (await hear('slowhttptest', ['-h'])).said.match(/version (\S+)/)?.[1] ?? '1.8.2';
    judged({ version, findings, note: `${made} connections, ${most} held at once; another's p99 ${before} ms before, ${during} ms during` });
  });
}

test('the clock', async ({ site }) => {
  const measures = [await refusals(site), await tampering(site), await callback(site)];
  judged({
    version: process.version,
    findings: measures.flatMap(({ findings }) => findings),
    note: measures.map(({ note }) => note).join('; '),
  });
});
