// What every contract has to show: signing in, the profile, renewing the token and signing out, through the application as
// it is built and a Leptos.toml alone; and that the program is really as that file says.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { Application } from '../fixtures/application';
import { type Answer, ask, Visitor } from '../fixtures/visitor';
import { here, type Program, type Starter } from './program';
import { Relay } from './relay';

/** What comes of a token whose end is near. */
export type Renewal =
  /** A refresh token, good for one use, renews it also when it is dead. */
  | 'by refresh token'
  /** It renews itself while it lives. */
  | 'by itself'
  /** The same; what comes is the token that was there. */
  | 'with the same token'
  /** Nothing: the session ends with it. */
  | 'never';

export interface Contract {
  /** The Leptos.toml, in the folder of these tests. */
  toml: string;
  start: Starter;
  username: string;
  password: string;
  /** The member of a sign-in's answer that is the access token, and what stands before it in `Authorization`. */
  token: string;
  scheme: string;
  /** The request of a sign-in, as a person would make it with curl. */
  byHand(username: string, password: string): RequestInit;
  /** The calls that the application makes, each with the status of its success. */
  calls: { signIn: string; profile: string; refresh?: string; signOut: string };
  /** The status of a wrong password, and the program's own words for it. */
  wrong: { status: number; words: string };
  /** The user of the session. */
  user: { id: unknown; email: string; name?: string };
  /** Rows of the profile on the account page. */
  profile: Record<string, string>;
  renewal: Renewal;
  /** The status of a refresh that comes too late. */
  tooLate?: number;
  /** Whether the access token is good for anything after the sign-out. */
  outlivesSignOut: boolean;
  /** Settings without which the application does not know that tokens live for so many seconds. */
  told?(life: number): Record<string, string>;
}

/** A program, the application in front of it, and the relay between them. */
class Line {
  private constructor(
    readonly program: Program,
    readonly relay: Relay,
    readonly application: Application,
  ) {}

  static async start(contract: Contract, life?: number, settings: Record<string, string> = {}): Promise<Line> {
    const program = await contract.start(life);
    const relay = await Relay.start(program.url);
    try {
      return new Line(program, relay, await applicationFor(contract, relay, settings));
    } catch (error) {
      await Promise.all([relay.stop(), program.stop()]);
      throw error;
    }
  }

  async stop(): Promise<void> {
    await this.application.stop();
    await Promise.all([this.relay.stop(), this.program.stop()]);
  }
}

/** The application with the Leptos.toml of the contract, which says everything but where the program listens here. */
export async function applicationFor(contract: Contract, relay: Relay, settings: Record<string, string> = {}): Promise<Application> {
  return await Application.start(await readFile(join(here, contract.toml), 'utf8'), {
    VESTIBULE__UPSTREAM__BASE_URL: relay.url,
    VESTIBULE__LOG__LEVEL: 'info',
    ...settings,
  });
}

interface Session {
  user: { id: unknown; email?: string; name?: string };
  accessToken: string;
  expires: string;
}

const sessionOf = ({ text }: Answer) => JSON.parse(text) as Session | null;
const post = async (visitor: Visitor, { username }: Contract, password: string) =>
  await visitor.post('/login?callbackUrl=%2Faccount', { username, password });

/** Signs in; the session. */
async function signedIn(visitor: Visitor, contract: Contract): Promise<Session> {
  expect((await post(visitor, contract, contract.password)).status).toBe(303);
  const session = sessionOf(await visitor.get('/auth/session'));
  if (!session) throw new Error('signed in, but there is no session');
  return session;
}

/** What the page's alert says. */
export const alertOf = ({ text }: Answer) =>
  /role="alert"[^>]*>([^]*?)<\/p>/.exec(text)?.[1]?.replace(/<[^>]*>/g, '').replaceAll('&#x27;', "'").trim() ?? '';

/** The rows of the account page that hold one value. */
function rowsOf({ text }: Answer): Record<string, string> {
  const cells = text.replace(/<!.*?>/g, '').matchAll(/<th[^>]*>([^<]*)<\/th>\s*<td[^>]*>([^<]*)<\/td>/g);
  return Object.fromEntries([...cells].map(([, name, value]) => [name, value]));
}

/** Twenty requests of one browser at the same time; the sessions that they were answered with. */
async function crowd(site: string, visitor: Visitor): Promise<(Session | null)[]> {
  const { cookie } = visitor;
  const host = new URL(site).host;
  const answers = await Promise.all(Array.from({ length: 20 }, () => ask(`${site}/auth/session`, host, cookie)));
  expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200));
  answers.forEach((answer) => visitor.keep(answer));
  return answers.map(sessionOf);
}

async function until(moment: number): Promise<void> {
  await new Promise((done) => setTimeout(done, Math.max(0, moment - Date.now())));
}

/** How the program answers `method path` to a token. */
async function opens(contract: Contract, program: Program, token?: string): Promise<Response> {
  const [method, path] = contract.calls.profile.split(' ');
  const headers: HeadersInit = token ? { authorization: `${contract.scheme} ${token}` } : {};
  return await fetch(program.url + path, { method, headers });
}

export function fulfils(contract: Contract): void {
  const { calls, wrong } = contract;
  const failing = (call: string, status: number) => call.replace(/\d+$/, String(status));

  test.describe(contract.toml, () => {
    test('@program is as its Leptos.toml says', async () => {
      const program = await contract.start();
      try {
        const [method, path, granted] = calls.signIn.split(' ');
        const signIn = async (password: string) =>
          await fetch(program.url + path, { method, ...contract.byHand(contract.username, password) });
        expect((await signIn('wrong-password')).status, 'a wrong password').toBe(wrong.status);
        const answer = await signIn(contract.password);
        expect(answer.status, 'the right one').toBe(Number(granted));
        const { [contract.token]: token } = (await answer.json()) as Record<string, string>;
        expect(await (await opens(contract, program, token)).text(), 'the profile').toContain(contract.user.email);
        expect((await opens(contract, program)).status, 'the profile, without a token').toBe(401);
      } finally {
        await program.stop();
      }
    });

    test.describe('through the application', () => {
      let line: Line;
      let visitor: Visitor;
      test.beforeAll(async () => {
        line = await Line.start(contract);
      });
      test.afterAll(async () => await line?.stop());
      test.beforeEach(() => {
        line.relay.forget();
        visitor = new Visitor(line.application.url);
      });

      test('--check takes the configuration', async () => {
        expect(await line.application.command('--check')).toMatchObject({ status: 0 });
      });

      test('a wrong password is a 401 in our words, asked once, and no session', async () => {
        const answer = await post(visitor, contract, 'wrong-password');
        expect(answer.status).toBe(401);
        expect(alertOf(answer)).toContain('did not match');
        expect(answer.text).toContain(`value="${contract.username}"`);
        expect(answer.text).not.toContain('wrong-password');
        expect(sessionOf(await visitor.get('/auth/session'))).toBeNull();
        expect(line.relay.calls).toEqual([failing(calls.signIn, wrong.status)]);
      });

      test("a wrong password is a 401 in the program's words, where they may be shown", async () => {
        const outspoken = await applicationFor(contract, line.relay, { VESTIBULE__LOGIN__MESSAGES: 'upstream' });
        try {
          const answer = await post(new Visitor(outspoken.url), contract, 'wrong-password');
          expect(answer.status).toBe(401);
          expect(alertOf(answer)).toBe(wrong.words);
        } finally {
          await outspoken.stop();
        }
      });

      test('signing in: two calls, and the whole profile on the page', async () => {
        const answer = await post(visitor, contract, contract.password);
        expect(answer.status).toBe(303);
        expect(answer.headers.location).toBe('/account');
        expect(rowsOf(await visitor.get('/account'))).toMatchObject(contract.profile);
        const session = sessionOf(await visitor.get('/auth/session'));
        expect(session?.user).toMatchObject(contract.user);
        expect(line.relay.calls, 'nothing is asked again for the pages').toEqual([calls.signIn, calls.profile]);
        const profile = await opens(contract, line.program, session?.accessToken);
        expect(await profile.text(), "the token is the program's own").toContain(contract.user.email);
      });

      test('SE-08 signing out ends the session, and tells the program once', async () => {
        const { accessToken } = await signedIn(visitor, contract);
        const { cookie } = visitor;
        line.relay.forget();
        expect((await visitor.post('/auth/sign-out', {})).status).toBe(303);
        expect(visitor.cookie).toBe('');
        const copy = await ask(`${line.application.url}/auth/session`, new URL(line.application.url).host, cookie);
        expect(sessionOf(copy), 'a copy of the cookie is signed out, too').toBeNull();
        expect(line.relay.calls).toEqual([calls.signOut]);
        expect((await opens(contract, line.program, accessToken)).ok, 'the token').toBe(contract.outlivesSignOut);
      });
    });

    const { renewal, tooLate = 0 } = contract;
    const { refresh = '' } = calls;
    if (renewal === 'by refresh token') {
      test('TK-06 twenty requests with a dead token are one refresh, and the next with what it brought', async () => {
        // Renewed a second before their end: the twenty have the rest of a token's life.
        await withBriefTokens(contract, 8, 1, async (line, visitor) => {
          const before = await signedIn(visitor, contract);
          await until(Date.parse(before.expires) + 100);
          line.relay.forget();
          const sessions = await crowd(line.application.url, visitor);
          expect(line.relay.calls).toEqual([refresh]);
          const [session] = sessions;
          expect(new Set(sessions.map((session) => session?.accessToken)).size, 'everybody has the same token').toBe(1);
          expect(session?.user).toMatchObject(contract.user);
          expect(session?.accessToken).not.toBe(before.accessToken);
          expect((await opens(contract, line.program, session?.accessToken)).status).toBe(200);

          // The refresh token was good for one use: only the one that came instead of it renews a second time.
          await until(Date.parse(session?.expires ?? '') + 100);
          const next = sessionOf(await visitor.get('/auth/session'));
          expect(line.relay.calls).toEqual([refresh, refresh]);
          expect(next?.user).toMatchObject(contract.user);
          expect((await opens(contract, line.program, next?.accessToken)).status).toBe(200);
        });
      });
    } else if (renewal !== 'never') {
      test('TK-06 twenty requests before its end are one refresh, and after it one that comes too late', async () => {
        await withBriefTokens(contract, 14, 7, async (line, visitor) => {
          const before = await signedIn(visitor, contract);
          // Less than seven seconds, in whole ones.
          await until(Date.parse(before.expires) - 5_900);
          line.relay.forget();
          const sessions = await crowd(line.application.url, visitor);
          const [session] = sessions;
          expect(new Set(sessions.map((session) => session?.accessToken)).size, 'everybody has the same token').toBe(1);
          expect(session?.user).toMatchObject(contract.user);
          expect(session?.accessToken === before.accessToken).toBe(renewal === 'with the same token');
          expect((await opens(contract, line.program, session?.accessToken)).status).toBe(200);
          // Also where the token is as near its end as before.
          expect((await crowd(line.application.url, visitor))[19]?.accessToken).toBe(session?.accessToken);
          expect(line.relay.calls).toEqual([refresh]);

          await until(Date.parse(session?.expires ?? '') + 100);
          expect(await crowd(line.application.url, visitor)).toEqual(Array(20).fill(null));
          expect(line.relay.calls).toEqual([refresh, failing(refresh, tooLate)]);
        });
      });
    } else {
      test('twenty requests with a dead token are signed out, and nobody is asked', async () => {
        await withBriefTokens(contract, 5, 1, async (line, visitor) => {
          const before = await signedIn(visitor, contract);
          await until(Date.parse(before.expires) + 100);
          line.relay.forget();
          expect(await crowd(line.application.url, visitor)).toEqual(Array(20).fill(null));
          expect(line.relay.calls).toEqual([]);
        });
      });
    }
  });
}

/** A line of its own, whose tokens live for so many seconds and are renewed when so many are left. */
async function withBriefTokens(
  contract: Contract,
  life: number,
  refreshBefore: number,
  check: (line: Line, visitor: Visitor) => Promise<void>,
): Promise<void> {
  const settings = { VESTIBULE__SESSION__REFRESH_BEFORE: `${refreshBefore}s`, ...contract.told?.(life) };
  const line = await Line.start(contract, life, settings);
  try {
    await check(line, new Visitor(line.application.url));
  } finally {
    await line.stop();
  }
}
