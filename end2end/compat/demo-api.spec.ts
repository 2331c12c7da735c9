// The demo API, in Marxan's contract: the profile under `data`, a token that renews itself, and a sign-out that ends every
// token of the user.
import { ana } from '../fixtures/accounts';
import { fulfils } from './contract';
import { demoApi } from './program';

fulfils({
  ...ana,
  toml: 'demo-api/marxan.toml',
  start: demoApi,
  token: 'accessToken',
  scheme: 'Bearer',
  byHand: (username, password) => ({
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username, password }),
  }),
  calls: {
    signIn: 'POST /auth/sign-in 201',
    profile: 'GET /api/v1/users/me 200',
    refresh: 'POST /auth/refresh-token 201',
    signOut: 'POST /auth/sign-out 201',
  },
  wrong: { status: 401, words: 'Unauthorized' },
  user: { id: 'cfca63a5-f804-4b23-a402-3eceee6e0f25', email: 'ana@example.com', name: 'Ana Ribeiro' },
  profile: { email: 'ana@example.com', displayName: 'Ana Ribeiro', organization: 'Coastal Planning', isAdmin: 'false' },
  renewal: 'by itself',
  tooLate: 401,
  outlivesSignOut: false,
});
