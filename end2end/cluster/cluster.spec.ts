// Three instances behind nginx, on one Redis, in front of an API whose refresh tokens are good for one use.
import { expect, test } from '@playwright/test';
import { Application, freePort } from '../fixtures/application';
import { Upstream } from '../fixtures/upstream';
import { Nginx, Redis } from './programs';
import { ask, Visitor } from '../fixtures/visitor';

const secret = 'tY6-cluster-Wn2vQkXe9RzMbHsLdFgJpUaC';

const variables = { VESTIBULE__SESSION__SECRETS: `["${secret}"]`, VESTIBULE__LOG__LEVEL: 'info' };

/** Tokens that are due as soon as they come: every request refreshes. */
const alwaysDue = '[session]\nrefresh_before = "12h"\n';

class Cluster {
  private constructor(
    readonly site: string,
    readonly instances: Application[],
    readonly redis: Redis,
    readonly upstream: Upstream,
    private readonly nginx: Nginx,
    private readonly toml: string,
  ) {}

  static async start(more = '', timeout = '10s'): Promise<Cluster> {
    const [redis, upstream, port] = [await Redis.start(), await Upstream.start(), await freePort()];
    const site = `http://127.0.0.1:${port}`;
    const toml = `[server]\npublic_url = "${site}"\n[store]\nurl = "${redis.url}"\n[upstream]\nbase_url = "${upstream.url}"\ntimeout = "${timeout}"\n[upstream.refresh]\n[upstream.sign_out]\n${more}`;
    const instances = await Promise.all([1, 2, 3].map(() => Application.start(toml, variables)));
    const nginx = await Nginx.start(port, instances.map(({ url }) => url));
    return new Cluster(site, instances, redis, upstream, nginx, toml);
  }

  /** One more instance. */
  async another(): Promise<Application> {
    const instance = await Application.start(this.toml, variables);
    this.instances.push(instance);
    return instance;
  }

  /** Who each instance says that these cookies are. */
  async who(cookie: string, instances = this.instances): Promise<(string | undefined)[]> {
    const answers = instances.map(({ url }) => ask(`${url}/auth/session?passive=1`, new URL(this.site).host, cookie));
    return (await Promise.all(answers)).map(({ status, text }) => {
      if (status !== 200) throw new Error(`an instance answered ${status}: it cannot tell`);
      return (JSON.parse(text) as { user?: { email?: string } } | null)?.user?.email;
    });
  }

  async stop(): Promise<void> {
    await this.nginx.stop();
    await Promise.all(this.instances.map((instance) => instance.stop()));
    await Promise.all([this.redis.stop(), this.upstream.stop()]);
  }
}

const everywhere = ['mira@example.com', 'mira@example.com', 'mira@example.com'];
const nowhere = [undefined, undefined, undefined];

for (const storage of ['cookie', 'store']) {
  test.describe(`with session.storage = "${storage}"`, () => {
    let cluster: Cluster;
    const start = async (more: string) => {
      cluster = await Cluster.start(`${more.includes('[session]') ? more : `${more}[session]\n`}storage = "${storage}"\n`);
    };
    test.afterEach(async () => await cluster.stop());

    test('TK-06 a hundred requests at expiry, in turn over three instances, are one refresh; ten rounds', async () => {
      await start('');
      for (let round = 1; round <= 10; round++) {
        const visitor = new Visitor(cluster.site);
        cluster.upstream.life = 2;
        expect((await visitor.signIn()).status).toBe(303);
        cluster.upstream.life = 2 * 60 * 60;
        const dies = Date.now() + 2_000;
        await expect.poll(() => Date.now(), { intervals: [50] }).toBeGreaterThan(dies);
        const { cookie } = visitor;
        const host = new URL(cluster.site).host;
        const answers = await Promise.all(Array.from({ length: 100 }, () => ask(`${cluster.site}/auth/session`, host, cookie)));
        const sessions = answers.map(({ text }) => JSON.parse(text) as { accessToken?: string } | null);
        expect(new Set(sessions.map((session) => session?.accessToken))).toEqual(new Set([cluster.upstream.accessTokens.at(-1)]));
        expect(cluster.upstream.count('POST /refresh'), `round ${round}`).toBe(round);
        for (const answer of answers) visitor.keep(answer);
        expect(await cluster.who(visitor.cookie)).toEqual(everywhere);
      }
      expect(cluster.upstream.reused).toBe(false);
    });

    test('SE-07 signing out through one instance signs a copied cookie out on all of them', async () => {
      await start('');
      const visitor = new Visitor(cluster.site);
      await visitor.signIn();
      const copied = visitor.cookie;
      expect(await cluster.who(copied)).toEqual(everywhere);
      expect((await visitor.post('/auth/sign-out', {})).status).toBe(303);
      expect(visitor.cookie).toBe('');
      const asked = cluster.upstream.asked.length;
      expect(await cluster.who(copied)).toEqual(nowhere);
      expect(cluster.upstream.asked.length, 'no request bears the token').toBe(asked);
    });

    test('SE-09 signing out everywhere ends the other browser too, and the next sign-in stands', async () => {
      await start('');
      const [phone, laptop] = [new Visitor(cluster.site), new Visitor(cluster.site)];
      await phone.signIn();
      await laptop.signIn();
      await laptop.post('/auth/sign-out', { everywhere: 'on' });
      expect(await cluster.who(phone.cookie)).toEqual(nowhere);
      await laptop.signIn();
      expect(await cluster.who(laptop.cookie)).toEqual(everywhere);
    });

    test('SE-09 the operator ends one user, and everybody, while all instances run', async () => {
      await start('');
      const visitor = new Visitor(cluster.site);
      await visitor.signIn();
      const [first] = cluster.instances;
      expect(await first?.command('sessions', 'end', '--user', 'somebody-else')).toMatchObject({ status: 0 });
      expect(await cluster.who(visitor.cookie)).toEqual(everywhere);
      expect(await first?.command('sessions', 'end', '--user', 'e2e-user-1')).toMatchObject({ status: 0 });
      expect(await cluster.who(visitor.cookie)).toEqual(nowhere);
      await visitor.signIn();
      expect(await first?.command('sessions', 'end', '--all')).toMatchObject({ status: 0 });
      expect(await cluster.who(visitor.cookie)).toEqual(nowhere);
    });

    test('an instance that fails takes no session with it', async () => {
      await start(alwaysDue);
      const visitors = Array.from({ length: 10 }, () => new Visitor(cluster.site));
      await Promise.all(visitors.map((visitor) => visitor.signIn()));
      await cluster.instances[1]?.kill();
      for (let round = 0; round < 6; round++) {
        for (const visitor of visitors) {
          const answer = await visitor.get('/auth/session');
          expect((JSON.parse(answer.text) as { user?: { email: string } } | null)?.user?.email).toBe('mira@example.com');
        }
      }
      expect(cluster.upstream.reused).toBe(false);
    });

    test('a Redis that comes back from its file signs nobody out and revives nobody', async () => {
      await start('');
      const [stays, left] = [new Visitor(cluster.site), new Visitor(cluster.site)];
      await stays.signIn();
      await left.signIn();
      const copied = left.cookie;
      await left.post('/auth/sign-out', {});
      await cluster.redis.kill();
      await cluster.redis.restart();
      // Each instance connects again by itself; until then it does not know who signed out at another.
      await expect.poll(async () => await cluster.who(copied).catch(() => []), { timeout: 20_000 }).toEqual(nowhere);
      await expect.poll(async () => await cluster.who(stays.cookie).catch(() => []), { timeout: 20_000 }).toEqual(everywhere);
    });
  });
}

test('fault 30: an instance that fails in the middle of a refresh costs one sign-in at most, and nothing else', async () => {
  test.setTimeout(60_000);
  const cluster = await Cluster.start(alwaysDue, '1s');
  try {
    const visitor = new Visitor(cluster.site);
    await visitor.signIn();
    const release = cluster.upstream.hold('POST /refresh');
    const [first, ...others] = cluster.instances;
    const host = new URL(cluster.site).host;
    const lost = ask(`${first?.url}/auth/session`, host, visitor.cookie).catch(() => 'gone');
    await expect.poll(() => cluster.upstream.count('POST /refresh')).toBe(1);
    await first?.kill();
    expect(await lost).toBe('gone');
    // The API has acted by now, and nobody has heard its answer.
    release();
    const back = await cluster.another();
    const answers = await Promise.all([...others, back].map(({ url }) => ask(`${url}/auth/session`, host, visitor.cookie)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(cluster.upstream.count('POST /refresh'), 'the token is sent once more, by one of them').toBeLessThanOrEqual(2);
    cluster.instances.shift();
    for (const { url } of cluster.instances) expect((await ask(`${url}/readyz`, host, '')).status).toBe(200);
    expect((await visitor.signIn()).status).toBe(303);
    expect(await cluster.who(visitor.cookie)).toEqual(everywhere);
  } finally {
    await cluster.stop();
  }
});

test('while Redis is away, people sign in, read pages and sign out, and what ended here is told when it is back', async () => {
  const cluster = await Cluster.start();
  try {
    await cluster.redis.kill();
    const visitor = new Visitor(cluster.site);
    expect((await visitor.signIn()).status).toBe(303);
    expect((await visitor.get('/account')).status).toBe(200);
    const copied = visitor.cookie;
    expect((await visitor.post('/auth/sign-out', {})).status).toBe(303);
    await cluster.redis.restart();
    await expect.poll(async () => await cluster.who(copied), { timeout: 20_000 }).toEqual(nowhere);
  } finally {
    await cluster.stop();
  }
});

test('a store behind TLS works where its certificate is trusted, and nowhere else', async () => {
  const [redis, upstream, port] = [await Redis.start(true), await Upstream.start(), await freePort()];
  const toml = `[server]\npublic_url = "http://127.0.0.1:${port}"\n[store]\nurl = "${redis.url}"\n[upstream]\nbase_url = "${upstream.url}"\n[session]\nstorage = "store"\n`;
  const trusting = await Application.start(toml, { ...variables, SSL_CERT_FILE: redis.authority });
  const strict = await Application.start(toml, variables);
  try {
    const host = `127.0.0.1:${port}`;
    const form = { username: 'mira@example.com', password: 'right' };
    expect((await ask(`${trusting.url}/login`, host, '', form)).status).toBe(303);
    expect((await ask(`${strict.url}/login`, host, '', form)).status, 'nobody is given a session that nobody keeps').toBe(503);
  } finally {
    await Promise.all([trusting.stop(), strict.stop(), redis.stop(), upstream.stop()]);
  }
});

test('SE-09 with store.required, a store that is away is 503 for who has a session, and for readiness', async () => {
  const cluster = await Cluster.start();
  try {
    const required = await Application.start(
      `[server]\npublic_url = "${cluster.site}"\n[store]\nurl = "${cluster.redis.url}"\nrequired = true\n[upstream]\nbase_url = "${cluster.upstream.url}"\n`,
      { VESTIBULE__SESSION__SECRETS: `["${secret}"]` },
    );
    const visitor = new Visitor(cluster.site);
    await visitor.signIn();
    const host = new URL(cluster.site).host;
    expect((await ask(`${required.url}/account`, host, visitor.cookie)).status).toBe(200);
    await cluster.redis.kill();
    const refused = await ask(`${required.url}/account`, host, visitor.cookie);
    expect(refused.status).toBe(503);
    expect(refused.headers['set-cookie']).toBeUndefined();
    expect((await ask(`${required.url}/readyz`, host, '')).status).toBe(503);
    expect((await ask(`${required.url}/login`, host, '')).status).toBe(200);
    await cluster.redis.restart();
    await expect.poll(async () => (await ask(`${required.url}/account`, host, visitor.cookie)).status).toBe(200);
    await required.stop();
  } finally {
    await cluster.stop();
  }
});
