// oidc-provider, a certified OpenID provider, as the OAuth 2 server of an older application: with the password grant (RFC
// 6749, section 4.3), which it leaves to whoever wants it, and refresh tokens that are good for one use. A second use ends
// everything that came of the sign-in.
//
// Run with `PORT=… node start.mjs`. ACCESS_LIFETIME is the access tokens' life in seconds. With REDIRECTS, it is an OpenID
// provider with pages of its own, which let anybody in by any password, for one client with a secret and one without.
import { Provider, errors } from 'oidc-provider'

const [EMAIL, PASSWORD] = ['ana@example.com', 's3cret-Pa55']
const scopes = 'openid email profile offline_access'

// The characters in the secret have a meaning in a form, and stay what they are only if they are encoded before they go into
// a header (RFC 6749, section 2.3.1).
const client = {
  client_secret: 'for-tests: 100% + compat & more',
  grant_types: ['password', 'refresh_token'],
  response_types: [],
  redirect_uris: [],
}

const redirects = process.env.REDIRECTS?.split(' ')
const browser = redirects && {
  redirect_uris: redirects,
  post_logout_redirect_uris: redirects.map((url) => new URL('/', url).href),
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
}
const clients = browser && [
  { ...browser, client_id: 'browser:secret', client_secret: client.client_secret },
  { ...browser, client_id: 'browser:public', token_endpoint_auth_method: 'none', application_type: 'native' },
]

const port = Number(process.env.PORT)
const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [
    { ...client, client_id: 'compat:basic', token_endpoint_auth_method: 'client_secret_basic' },
    { ...client, client_id: 'compat:body', token_endpoint_auth_method: 'client_secret_post' },
    ...(clients ?? []),
  ],
  claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
  findAccount: (_, accountId) => ({
    accountId,
    claims: () => ({ sub: accountId, email: EMAIL, email_verified: true, name: 'Ana' }),
  }),
  features: {
    devInteractions: { enabled: Boolean(redirects) },
    revocation: { enabled: true },
    rpInitiatedLogout: { enabled: Boolean(redirects) },
    userinfo: { enabled: true },
  },
  pkce: { required: () => true },
  rotateRefreshToken: true,
  // As most providers do: what was asked for is in the ID token, too.
  conformIdTokenClaims: !redirects,
  ttl: {
    AccessToken: Number(process.env.ACCESS_LIFETIME ?? 3600),
    IdToken: 3600,
    RefreshToken: 86400,
    Grant: 86400,
  },
})

async function password(ctx) {
  const { client, params } = ctx.oidc
  if (params.username !== EMAIL || params.password !== PASSWORD) {
    throw new errors.InvalidGrant('no such user, or not with this password')
  }
  const accountId = 'ana'
  const grant = new provider.Grant({ accountId, clientId: client.clientId })
  grant.addOIDCScope(scopes)
  const token = { accountId, client, grantId: await grant.save(), gty: 'password', scope: scopes }
  const access = new provider.AccessToken(token)
  ctx.body = {
    access_token: await access.save(),
    expires_in: access.expiration,
    token_type: 'Bearer',
    refresh_token: await new provider.RefreshToken(token).save(),
    scope: scopes,
  }
}
provider.registerGrantType('password', password, ['username', 'password', 'scope'])

provider.listen(port, '127.0.0.1')
