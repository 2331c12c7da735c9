// OU-11: nobody ever sees what belongs to another, however many come at once. Plain HTTP, without a browser.
import { expect, test } from '@playwright/test';
import { Application } from '../fixtures/application';
import { anyCanary, Crowd, type Member, seeded } from '../fixtures/crowd';

const users = 200;
const requests = 10_000;
const inFlight = 50;
/** Nobody waits longer for an answer, in milliseconds. */
const patience = 10_000;

/** A request, and what its answer must be. `member` is who asks with a session, if anybody. */
interface Visit {
  what: string;
  path: string;
  form?: Record<string, string>;
  member?: Member;
  status: number;
  location?: string;
  /** Texts of which each must be in the body. */
  has?: string[];
  /** The only canary that may be in the answer, and must be. */
  canary?: string;
  /** Whose new cookie the answer brings, if it brings one. */
  signsIn?: Member;
}

interface Answer {
  status: number;
  location: string | null;
  cookie: string | undefined;
  /** Head and body, to look for what must not be in either. */
  all: string;
  body: string;
}

async function ask(url: string, { path, form, member }: Visit): Promise<Answer> {
  const headers: Record<string, string> = { origin: url };
  if (member) headers.cookie = member.cookie;
  const response = await fetch(url + path, {
    method: form ? 'POST' : 'GET',
    headers,
    body: form && new URLSearchParams(form),
    redirect: 'manual',
    signal: AbortSignal.timeout(patience),
  });
  const body = await response.text();
  const head = [...response.headers].map(([name, value]) => `${name}: ${value}`).join('\n');
  const cookie = response.headers.getSetCookie()[0]?.split(';')[0];
  return { status: response.status, location: response.headers.get('location'), cookie, all: `${head}\n${body}`, body };
}

/** What is wrong with an answer; nothing, mostly. */
function problems(visit: Visit, answer: Answer): string[] {
  const found = new Set(answer.all.match(anyCanary));
  const foreign = [...found].filter((canary) => canary !== visit.canary);
  const missing = [...(visit.has ?? []), ...(visit.canary ? [visit.canary] : [])].filter((text) => !answer.all.includes(text));
  return [
    ...(answer.status === visit.status ? [] : [`status ${answer.status}, not ${visit.status}`]),
    ...(answer.location === (visit.location ?? null) ? [] : [`location ${answer.location}`]),
    ...(Boolean(answer.cookie) === Boolean(visit.signsIn) ? [] : [`cookie ${answer.cookie?.slice(0, 20)}`]),
    ...foreign.map((canary) => `shows ${canary}`),
    ...missing.map((text) => `lacks ${text}`),
  ].map((problem) => `${visit.what} of ${visit.member?.canary ?? visit.canary ?? 'nobody'}: ${problem}`);
}

function signIn(member: Member): Visit {
  const { username, password } = member;
  return { what: 'sign-in', path: '/login', form: { username, password, callbackUrl: '/account' }, status: 303, location: '/account', signsIn: member };
}

/** A wrong password: the page again, with what this person typed and what nobody else did. */
function mistype({ username, canary }: Member): Visit {
  return { what: 'wrong password', path: '/login', form: { username, password: 'wrong' }, status: 401, canary, has: [`value="${username}"`] };
}

/** The visits of somebody with a session; the more often a page is named, the more often it is asked for. */
function visitsOf(member: Member): Visit[] {
  const { canary, token, displayName, project } = member;
  const page = (what: string, path: string, ...has: string[]): Visit => ({ what, path, member, status: 200, canary, has });
  const account = page('account', '/account', token, `Deep ${canary}`);
  const projects = page('projects', '/projects', project, `Described for ${canary}`, displayName);
  const home = page('home', '/', `Welcome, ${displayName}.`);
  const session = page('session', '/auth/session', `"accessToken":"${token}"`);
  const unknown = { ...page('unknown', `/nothing/${member.number}`, displayName), status: 404 };
  return [account, account, account, projects, projects, projects, projects, home, home, session, session, unknown];
}

/** The visits of somebody without one. */
const visitsOfNobody = (css: string): Visit[] => [
  { what: 'account', path: '/account', status: 303, location: '/login?callbackUrl=%2Faccount' },
  { what: 'projects', path: '/projects', status: 303, location: '/login?callbackUrl=%2Fprojects' },
  { what: 'home', path: '/', status: 200, has: ['Come in.'] },
  { what: 'session', path: '/auth/session', status: 200, has: ['null'] },
  { what: 'unknown', path: '/nothing', status: 404, has: ['There is no such page'] },
  { what: 'login', path: '/login?callbackUrl=/projects', status: 200, has: ['value="/projects"'] },
  { what: 'style', path: css, status: 200, has: ['text/css'] },
  { what: 'icon', path: '/favicon.svg', status: 200, has: ['<svg'] },
];

/** The whole plan: the same on every run. */
function plan(members: Member[], css: string): Visit[] {
  const random = seeded(2_026);
  const pick = <T>(all: T[]): T => all[Math.floor(random() * all.length)] as T;
  const files = visitsOfNobody(css).slice(-2);
  const visits = Array.from({ length: requests }, (): Visit => {
    const member = pick(members);
    const kind = random();
    // On another device: the former session goes on.
    if (kind < 0.02) return signIn(member);
    if (kind < 0.2) return pick(visitsOfNobody(css));
    // A browser sends its cookie for files, too.
    if (kind < 0.25) return { ...pick(files), member };
    return pick(visitsOf(member));
  });
  // Few enough, and each of another account, that no limit of failed attempts counts them.
  for (const member of members.filter(({ number }) => number % 6 === 0)) visits[Math.floor(random() * requests)] = mistype(member);
  return visits;
}

/** Makes all visits, as many at once as there are lanes, and returns what was wrong, and the times in milliseconds. */
async function make(visits: Visit[], url: string): Promise<{ wrong: string[]; times: number[] }> {
  const wrong: string[] = [];
  const times: number[] = [];
  const rest = visits.values();
  const lane = async () => {
    for (const visit of rest) {
      const begun = performance.now();
      try {
        const answer = await ask(url, visit);
        wrong.push(...problems(visit, answer));
        if (visit.signsIn && answer.cookie) visit.signsIn.cookie = answer.cookie;
      } catch (error) {
        wrong.push(`${visit.what}: no answer: ${String(error)}`);
      }
      times.push(performance.now() - begun);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, lane));
  return { wrong, times: times.sort((one, other) => one - other) };
}

test('OU-11 two hundred people at once, and each sees their own', async () => {
  test.setTimeout(120_000);
  const crowd = await Crowd.start(users);
  const application = await Application.start(`[upstream]\nbase_url = "${crowd.url}"\ntimeout = "5s"\n`, {
    VESTIBULE__LOG__LEVEL: 'info',
  });
  try {
    const css = /href="(\/pkg\/[^"]+\.css)"/.exec(await (await fetch(application.url)).text())?.[1] ?? 'no style sheet';
    expect((await make(crowd.members.map(signIn), application.url)).wrong).toEqual([]);
    expect(new Set(crowd.members.map(({ cookie }) => cookie)).size).toBe(users);

    const visits = plan(crowd.members, css);
    const begun = performance.now();
    const { wrong, times } = await make(visits, application.url);
    const seconds = (performance.now() - begun) / 1_000;
    const at = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))]?.toFixed(0);
    console.log(
      `${times.length} requests, ${inFlight} at once, in ${seconds.toFixed(1)} s (${(times.length / seconds).toFixed(0)}/s); ` +
        `median ${at(0.5)} ms, 99 % ${at(0.99)} ms, slowest ${at(1)} ms; upstream at most ${crowd.mostAtOnce} at once`,
    );

    expect(times).toHaveLength(requests);
    expect(wrong.slice(0, 20), `${wrong.length} things wrong in ${requests} answers`).toEqual([]);
    expect(crowd.projectsAsked).toBe(visits.filter(({ what, member }) => what === 'projects' && member).length);
    // They did come at once: the upstream had several at a time, which is when answers could be mixed up.
    expect(crowd.mostAtOnce).toBeGreaterThan(5);
    // LG-01: neither tokens nor names nor passwords.
    expect(application.log()).not.toMatch(/canary-|pass-[0-9a-f]/);
  } finally {
    await application.stop();
    await crowd.stop();
  }
});
