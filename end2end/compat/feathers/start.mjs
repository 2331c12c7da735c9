// FeathersJS 5 on Koa, as a stranger would set it up: a strategy in the sign-in's body, the user's id in the profile's
// path. The first user's id is the number 0, which is an id like any other.
//
// Run with `PORT=… node start.mjs`. ACCESS_LIFETIME is the tokens' life ("1d", "90s").
import { AuthenticationService, JWTStrategy, authenticate } from '@feathersjs/authentication'
import { LocalStrategy, hooks } from '@feathersjs/authentication-local'
import { feathers } from '@feathersjs/feathers'
import { bodyParser, errorHandler, koa, parseAuthentication, rest } from '@feathersjs/koa'
import { memory } from '@feathersjs/memory'

const app = koa(feathers())
app.set('authentication', {
  secret: 'for-tests-of-compatibility-only-' + 'feathers',
  entity: 'user',
  service: 'users',
  authStrategies: ['jwt', 'local'],
  jwtOptions: {
    header: { typ: 'access' },
    audience: 'https://example.test',
    algorithm: 'HS256',
    expiresIn: process.env.ACCESS_LIFETIME ?? '1d',
  },
  local: { usernameField: 'email', passwordField: 'password' },
})
app.use(errorHandler())
app.use(parseAuthentication())
app.use(bodyParser())
app.configure(rest())

app.use('users', memory({ multi: false }))
app.service('users').hooks({
  before: {
    find: [authenticate('jwt')],
    get: [authenticate('jwt')],
    create: [hooks.hashPassword('password')],
  },
  after: { all: [hooks.protect('password')] },
})

const authentication = new AuthenticationService(app)
authentication.register('jwt', new JWTStrategy())
authentication.register('local', new LocalStrategy())
app.use('authentication', authentication)

await app.service('users').create({ email: 'ana@example.com', password: 's3cret-Pa55', name: 'Ana' })
await app.listen(Number(process.env.PORT), '127.0.0.1')
