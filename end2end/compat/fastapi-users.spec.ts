// fastapi-users: the sign-in is a form, a wrong password is 400, and tokens cannot be renewed.
import { expect } from '@playwright/test';
import { type Contract, fulfils } from './contract';
import { fastapiUsers } from './program';

const contract = (backend: string): Omit<Contract, 'toml' | 'outlivesSignOut'> => ({
  start: fastapiUsers,
  username: 'ana@example.com',
  password: 's3cret-Pa55',
  token: 'access_token',
  scheme: 'Bearer',
  byHand: (username, password) => ({ body: new URLSearchParams({ username, password }) }),
  calls: {
    signIn: `POST /auth/${backend}/login 200`,
    profile: 'GET /users/me 200',
    signOut: `POST /auth/${backend}/logout 204`,
  },
  wrong: { status: 400, words: 'LOGIN_BAD_CREDENTIALS' },
  user: { id: expect.stringMatching(/^[0-9a-f-]{36}$/), email: 'ana@example.com' },
  profile: { email: 'ana@example.com', is_active: 'true', is_superuser: 'false' },
  renewal: 'never',
});

fulfils({ ...contract('jwt'), toml: 'fastapi-users/jwt.toml', outlivesSignOut: true });
fulfils({
  ...contract('db'),
  toml: 'fastapi-users/database.toml',
  outlivesSignOut: false,
  // An opaque token does not say how long it lives.
  told: (life) => ({ VESTIBULE__UPSTREAM__EXPIRY__MAX_AGE: `${life}s` }),
});
