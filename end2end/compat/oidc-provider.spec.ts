// oidc-provider as an OAuth 2 password server: forms, the application's own name and secret, opaque tokens whose life stands
// beside them, refresh tokens that are good for one use, and the profile from the userinfo endpoint.
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { expect, test } from '@playwright/test';
import { Visitor } from '../fixtures/visitor';
import { alertOf, applicationFor, type Contract, fulfils } from './contract';
import { here, oidcProvider } from './program';
import { Relay } from './relay';

const secret = 'for-tests: 100% + compat & more';
const grant = (username: string, password: string) => ({ grant_type: 'password', username, password });

const contract: Omit<Contract, 'toml' | 'byHand'> = {
  start: oidcProvider,
  username: 'ana@example.com',
  password: 's3cret-Pa55',
  token: 'access_token',
  scheme: 'Bearer',
  calls: {
    signIn: 'POST /token 200',
    profile: 'GET /me 200',
    refresh: 'POST /token 200',
    signOut: 'POST /token/revocation 200',
  },
  wrong: { status: 400, words: 'grant request is invalid' },
  user: { id: 'ana', email: 'ana@example.com', name: 'Ana' },
  profile: { sub: 'ana', email: 'ana@example.com', email_verified: 'true', name: 'Ana' },
  renewal: 'by refresh token',
  outlivesSignOut: false,
};
const basic: Contract = {
  ...contract,
  toml: 'oidc-provider/basic.toml',
  byHand: (username, password) => ({
    headers: {
      authorization: `Basic ${btoa(['compat:basic', secret].map(encodeURIComponent).join(':'))}`,
    },
    body: new URLSearchParams(grant(username, password)),
  }),
};

fulfils(basic);
fulfils({
  ...contract,
  toml: 'oidc-provider/body.toml',
  byHand: (username, password) => ({
    body: new URLSearchParams({ ...grant(username, password), client_id: 'compat:body', client_secret: secret }),
  }),
});

test("a wrong secret of the application's own is told to the operator, and is nobody's wrong password", async () => {
  const program = await oidcProvider();
  const relay = await Relay.start(program.url);
  const application = await applicationFor(basic, relay, { VESTIBULE__UPSTREAM__CLIENT__SECRET: 'not-the-secret' });
  try {
    const { username, password } = basic;
    const answer = await new Visitor(application.url).post('/login', { username, password });
    expect(answer.status).toBe(502);
    expect(alertOf(answer)).not.toContain('did not match');
    expect(relay.calls).toEqual(['POST /token 401']);
    expect(application.log()).toContain('401');
    expect(application.log()).not.toContain('not-the-secret');
  } finally {
    await application.stop();
    await Promise.all([relay.stop(), program.stop()]);
  }
});

test('the contract in the guide is the one that runs here, but for where it listens and the secret', async () => {
  const tables = (text: string) =>
    text
      .slice(text.indexOf('[upstream]'), text.indexOf('[upstream.expiry]'))
      .split('\n')
      .filter((line) => line && !/^(#|base_url|id = "[^/]|secret)/.test(line));
  const guide = await readFile(resolve(here, '../../docs/presets/oauth2-password.md'), 'utf8');
  expect(tables(guide)).toEqual(tables(await readFile(join(here, basic.toml), 'utf8')));
});
