// What can be told by the clock: SV-02, RL-05, SE-02, RD-03. In milliseconds, as a client sees them.
import { randomBytes } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { mira } from '../fixtures/accounts';
import { ask, Visitor } from '../fixtures/visitor';
import type { Site } from './site';

interface Measure {
  findings: string[];
  note: string;
}

async function timed<T>(what: () => Promise<T>): Promise<[number, T]> {
  const start = performance.now();
  const came = await what();
  return [performance.now() - start, came];
}

function quantile(values: number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? Number.NaN;
}

const inWords = (milliseconds: number) => Math.round(milliseconds * 100) / 100;

/** What one client in a hundred waits longer than, for `/login` again and again. */
export async function p99(url: string, host: string, milliseconds: number): Promise<number> {
  const times: number[] = [];
  for (const end = performance.now() + milliseconds; performance.now() < end; ) {
    const [time, { status }] = await timed(() => ask(`${url}/login`, host, ''));
    if (status !== 200) throw new Error(`another was answered ${status}`);
    times.push(time);
    await new Promise((done) => setTimeout(done, 5));
  }
  return inWords(quantile(times, 0.99));
}

/** Two-sided p of the Mann–Whitney U test, by its normal approximation: whether two samples may be of one distribution. */
export function mannWhitney(one: number[], other: number[]): number {
  const all = [...one.map((value) => ({ value, isOne: true })), ...other.map((value) => ({ value, isOne: false }))];
  all.sort((a, b) => a.value - b.value);
  let ranks = 0;
  for (let from = 0; from < all.length; ) {
    let to = from;
    while (to < all.length && all[to]?.value === all[from]?.value) to += 1;
    // Equals share the mean of their ranks.
    for (const { isOne } of all.slice(from, to)) ranks += isOne ? (from + 1 + to) / 2 : 0;
    from = to;
  }
  const [n, m] = [one.length, other.length];
  const u = ranks - (n * (n + 1)) / 2;
  const z = Math.abs(u - (n * m) / 2) / Math.sqrt((n * m * (n + m + 1)) / 12);
  // Abramowitz and Stegun 26.2.17.
  const t = 1 / (1 + 0.2316419 * z);
  const tail = t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return (2 * Math.exp((-z * z) / 2) * tail) / Math.sqrt(2 * Math.PI);
}

/** RL-05: nobody, a wrong password, a locked and a disabled account are refused in the same time. */
export async function refusals(site: Site): Promise<Measure> {
  const answers = {
    nobody: { status: 401, body: { message: 'no such account' } },
    wrong: { status: 401, body: { message: 'wrong password' } },
    locked: { status: 423, body: { message: 'this account is locked' } },
    disabled: { status: 403, body: { message: 'this account is disabled' } },
  };
  const kinds = Object.keys(answers) as (keyof typeof answers)[];
  const times = Object.fromEntries(kinds.map((kind) => [kind, [] as number[]]));
  const seen = new Set<string>();
  const { url } = site.application;
  const form = { username: mira.username, password: mira.password };
  for (let round = -10; round < 200; round += 1) {
    // In turn, so that whatever else the machine does falls on all of them.
    for (const kind of kinds.map((_, index) => kinds[(index + round + kinds.length * 10) % kinds.length] ?? 'wrong')) {
      site.upstream.answers.set('POST /sign-in', answers[kind]);
      const [time, { status }] = await timed(() => ask(`${url}/login`, `localhost:${site.port}`, '', form, site.url));
      if (round < 0) continue;
      seen.add(`${status}`);
      times[kind]?.push(time);
    }
  }
  site.upstream.answers.clear();
  const wrong = times.wrong ?? [];
  const findings = seen.size === 1 && seen.has('401') ? [] : [`RL-05: statuses ${[...seen].join(', ')}`];
  const notes: string[] = [];
  for (const kind of ['nobody', 'locked', 'disabled']) {
    const sample = times[kind] ?? [];
    const apart = inWords(quantile(sample, 0.5) - quantile(wrong, 0.5));
    const p = mannWhitney(sample, wrong);
    notes.push(`${kind} ${apart} ms (p ${inWords(p)})`);
    // Three comparisons: each at a third of one in a hundred.
    if (Math.abs(apart) >= 5 || p < 0.01 / 3) findings.push(`RL-05: ${kind} is told from a wrong password by ${apart} ms, p ${p}`);
  }
  return { findings, note: `RL-05: ${notes.join(', ')}` };
}

/** SE-02: where a sealed value was tampered with does not show in the time. */
export async function tampering(site: Site): Promise<Measure> {
  const visitor = new Visitor(site.application.url);
  const { url } = site.application;
  const host = `localhost:${site.port}`;
  const form = { username: mira.username, password: mira.password };
  visitor.keep(await ask(`${url}/login`, host, '', form, site.url));
  const [name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(visitor.cookie)?.slice(1) ?? [];
  if (!value) throw new Error('nobody is signed in');
  const flip = (at: number) => `${value.slice(0, at)}${value[at] === 'A' ? 'B' : 'A'}${value.slice(at + 1)}`;
  const values = { first: flip(12), middle: flip(value.length >> 1), last: flip(value.length - 3), short: value.slice(0, -9), rubbish: 'v1.none.rubbish' };
  const times: Record<string, number[]> = {};
  const seen = new Set<string>();
  for (let round = -10; round < 200; round += 1) {
    for (const [kind, tampered] of Object.entries(values)) {
      const [time, answer] = await timed(() => ask(`${url}/auth/session`, host, `${name}=${tampered}`));
      if (round < 0) continue;
      seen.add(`${answer.status} ${answer.text}`);
      (times[kind] ??= []).push(time);
    }
  }
  const medians = Object.values(times).map((sample) => quantile(sample, 0.5));
  const apart = inWords(Math.max(...medians) - Math.min(...medians));
  const findings = [
    ...(seen.size === 1 ? [] : [`SE-02: they are answered differently: ${[...seen].join(', ')}`]),
    ...(apart < 2 ? [] : [`SE-02: tampering shows in ${apart} ms`]),
  ];
  return { findings, note: `SE-02: medians within ${apart} ms` };
}

/** RD-03: whatever stands in `callbackUrl`, the answer is a redirection, and quick. */
export async function callback(site: Site): Promise<Measure> {
  const { url } = site.application;
  const findings: string[] = [];
  let slowest = 0;
  for (let count = 0; count < 1_000; count += 1) {
    const bytes = [...randomBytes(1 + (count % 200))].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
    const form = { username: mira.username, password: mira.password };
    const [time, { status, headers }] = await timed(() =>
      ask(`${url}/login?callbackUrl=${bytes}`, `localhost:${site.port}`, '', form, site.url),
    );
    slowest = Math.max(slowest, time);
    if (status !== 303 || /^(https?:)?[/\\]{2}/.test(String(headers.location))) findings.push(`RD-03: ${bytes}: ${status} ${String(headers.location)}`);
  }
  if (slowest >= 50) findings.push(`RD-03: the slowest of a thousand took ${inWords(slowest)} ms`);
  return { findings, note: `RD-03: the slowest of 1000 ${inWords(slowest)} ms` };
}
