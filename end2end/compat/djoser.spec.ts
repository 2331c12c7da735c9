// djoser: its own scheme before the token, and refresh tokens that rotate; or opaque tokens that live until the sign-out.
import { fulfils } from './contract';
import { djoser } from './program';

const person = {
  start: djoser,
  username: 'ana',
  password: 's3cret-Pa55',
  byHand: (username: string, password: string) => ({
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username, password }),
  }),
  user: { id: 1, email: 'ana@example.com', name: 'ana' },
  profile: { id: '1', username: 'ana', email: 'ana@example.com' },
};

fulfils({
  ...person,
  toml: 'djoser/jwt.toml',
  token: 'access',
  scheme: 'JWT',
  calls: {
    signIn: 'POST /auth/jwt/create/ 200',
    profile: 'GET /auth/users/me/ 200',
    refresh: 'POST /auth/jwt/refresh/ 200',
    signOut: 'POST /auth/jwt/blacklist/ 200',
  },
  wrong: { status: 401, words: 'No active account found with the given credentials' },
  renewal: 'by refresh token',
  outlivesSignOut: true,
});
fulfils({
  ...person,
  toml: 'djoser/token.toml',
  token: 'auth_token',
  scheme: 'Token',
  calls: {
    signIn: 'POST /auth/token/login/ 200',
    profile: 'GET /auth/users/me/ 200',
    signOut: 'POST /auth/token/logout/ 204',
  },
  wrong: { status: 400, words: 'Unable to log in with provided credentials.' },
  renewal: 'never',
  outlivesSignOut: false,
  told: (life) => ({ VESTIBULE__UPSTREAM__EXPIRY__MAX_AGE: `${life}s` }),
});
