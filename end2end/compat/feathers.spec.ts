// Feathers: the user's id, which is the number 0, in the profile's path; and a refresh that answers with the token that was
// there.
import { fulfils } from './contract';
import { feathers } from './program';

fulfils({
  toml: 'feathers/jwt.toml',
  start: feathers,
  username: 'ana@example.com',
  password: 's3cret-Pa55',
  token: 'accessToken',
  scheme: 'Bearer',
  byHand: (email, password) => ({
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ strategy: 'local', email, password }),
  }),
  calls: {
    signIn: 'POST /authentication 201',
    profile: 'GET /users/0 200',
    refresh: 'POST /authentication 201',
    signOut: 'DELETE /authentication 200',
  },
  wrong: { status: 401, words: 'Invalid login' },
  user: { id: 0, email: 'ana@example.com', name: 'Ana' },
  profile: { id: '0', email: 'ana@example.com', name: 'Ana' },
  renewal: 'with the same token',
  tooLate: 401,
  outlivesSignOut: true,
});
