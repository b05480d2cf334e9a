/** Where a MySQL or MariaDB server listens, and as whom to speak to it. */
export type DatabaseAddress = {
  readonly endpoint: { readonly socketPath: string } | { readonly host: string; readonly port: number; readonly tls: boolean }
  readonly user: string
  readonly password: string
  readonly database: string
}

const defaultPort = 3306

/**
 * Reads `mysql://user:password@host:3306/name`, `…?tls=true` for an encrypted connection, `…?socket=/path` for a unix socket.
 * Throws a RangeError that says what is wrong without repeating the password.
 */
export function parseDatabaseUrl(text: string): DatabaseAddress {
  const url = URL.parse(text)
  if (url === null) throw new RangeError('not a URL')
  if (url.protocol !== 'mysql:' && url.protocol !== 'mariadb:') throw new RangeError(`unknown scheme ${url.protocol}`)
  const database = decodeURIComponent(url.pathname.slice(1))
  if (!/^[A-Za-z0-9_$-]{1,64}$/.test(database)) throw new RangeError('the path must be the name of a database')
  for (const name of url.searchParams.keys()) {
    if (name !== 'tls' && name !== 'socket') throw new RangeError(`unknown parameter ${name}`)
  }
  const tls = url.searchParams.get('tls') ?? 'false'
  if (tls !== 'true' && tls !== 'false') throw new RangeError('tls must be true or false')
  const socketPath = url.searchParams.get('socket')
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1') || 'localhost'
  return {
    endpoint: socketPath === null ? { host, port: Number(url.port || defaultPort), tls: tls === 'true' } : { socketPath },
    user: decodeURIComponent(url.username) || 'root',
    password: decodeURIComponent(url.password),
    database,
  }
}

export function formatDatabaseUrl(address: DatabaseAddress): string {
  const password = address.password === '' ? '' : `:${encodeURIComponent(address.password)}`
  const login = `${encodeURIComponent(address.user)}${password}`
  const path = `/${encodeURIComponent(address.database)}`
  if ('socketPath' in address.endpoint) {
    return `mysql://${login}@localhost${path}?socket=${encodeURIComponent(address.endpoint.socketPath)}`
  }
  const { host, port, tls } = address.endpoint
  return `mysql://${login}@${host.includes(':') ? `[${host}]` : host}:${port}${path}${tls ? '?tls=true' : ''}`
}
