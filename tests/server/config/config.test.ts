import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { ConfigError, type Environment, isLoopback, loadConfig } from '../../../server/config.ts'
import { type SettingName, settings } from '../../../server/config-schema.ts'

const folder = mkdtempSync(join(tmpdir(), 'runtime config-'))
const settingsFile = join(folder, 'holdfast.env')
const load = (environment: Environment) => loadConfig(environment, { dataFolder: folder })

beforeEach(() => rmSync(settingsFile, { force: true }))
afterAll(() => rmSync(folder, { recursive: true }))

test('with nothing set, nobody but this machine can reach the box', () => {
  expect(load({ PATH: '/bin' })).toEqual({
    dataFolder: folder,
    host: '127.0.0.1',
    port: 8080,
    tls: 'off',
    tlsCertFile: undefined,
    tlsKeyFile: undefined,
    publicUrl: undefined,
    trustedProxy: [],
    databaseUrl: undefined,
    masterKeyFile: join(folder, 'keys', 'master.key'),
    smtpUrl: undefined,
    heartbeatUrl: undefined,
    logLevel: 'warn',
    setupToken: undefined,
    unknownSettings: [],
  })
})

describe('a right value', () => {
  test.each<{ given: Environment; expected: object }>([
    { given: { HOLDFAST_PORT: '0' }, expected: { port: 0 } },
    { given: { HOLDFAST_PORT: '65535' }, expected: { port: 65_535 } },
    { given: { HOLDFAST_PORT: '' }, expected: { port: 8080 } },
    { given: { HOLDFAST_HOST: '::1' }, expected: { host: '::1', tls: 'off' } },
    { given: { HOLDFAST_HOST: '[::1]' }, expected: { host: '::1', tls: 'off' } },
    { given: { HOLDFAST_HOST: 'localhost' }, expected: { tls: 'off' } },
    { given: { HOLDFAST_HOST: '0.0.0.0' }, expected: { tls: 'auto' } },
    { given: { HOLDFAST_HOST: '::' }, expected: { tls: 'auto' } },
    { given: { HOLDFAST_HOST: 'backup.example.org' }, expected: { host: 'backup.example.org', tls: 'auto' } },
    { given: { HOLDFAST_TLS: 'auto' }, expected: { tls: 'auto' } },
    {
      given: { HOLDFAST_HOST: '0.0.0.0', HOLDFAST_TLS: 'off', HOLDFAST_TRUSTED_PROXY: '10.0.0.5, fd00::/8' },
      expected: { tls: 'off', trustedProxy: ['10.0.0.5', 'fd00::/8'] },
    },
    {
      given: { HOLDFAST_TLS: 'files', HOLDFAST_TLS_CERT: 'c.pem', HOLDFAST_TLS_KEY: 'k.pem' },
      expected: { tls: 'files', tlsCertFile: 'c.pem', tlsKeyFile: 'k.pem' },
    },
    { given: { HOLDFAST_PUBLIC_URL: 'https://Box.example.org:443' }, expected: { publicUrl: 'https://box.example.org' } },
    { given: { HOLDFAST_LOG: 'debug' }, expected: { logLevel: 'debug' } },
    { given: { HOLDFAST_SETUP_TOKEN: 'abcdefghij_1234567-X' }, expected: { setupToken: 'abcdefghij_1234567-X' } },
    { given: { HOLDFAST_MASTER_KEY_FILE: '/keys/m' }, expected: { masterKeyFile: '/keys/m' } },
    {
      given: { HOLDFAST_DATABASE_URL: 'mysql://hold:p%40ss@db:3307/box?tls=true' },
      expected: {
        databaseUrl: { endpoint: { host: 'db', port: 3307, tls: true }, user: 'hold', password: 'p@ss', database: 'box' },
      },
    },
    {
      given: { HOLDFAST_DATABASE_URL: 'mariadb://root@localhost/box?socket=%2Frun%2Fm.sock' },
      expected: { databaseUrl: { endpoint: { socketPath: '/run/m.sock' }, user: 'root', password: '', database: 'box' } },
    },
    { given: { HOLDFAST_AGENT_HOME: '/x', HOLDFAST_PROT: '1' }, expected: { unknownSettings: ['HOLDFAST_PROT'] } },
  ])('$given', ({ given, expected }) => {
    expect(load(given)).toMatchObject(expected)
  })
})

describe('a wrong value stops the start, naming name, value and what is allowed', () => {
  test.each<readonly [SettingName, string]>([
    ['HOLDFAST_PORT', '65536'],
    ['HOLDFAST_PORT', '-1'],
    ['HOLDFAST_PORT', '80.5'],
    ['HOLDFAST_PORT', '0x50'],
    ['HOLDFAST_PORT', 'http'],
    ['HOLDFAST_HOST', 'a b'],
    ['HOLDFAST_HOST', 'http://box'],
    ['HOLDFAST_HOST', '127.0.0.1:80'],
    ['HOLDFAST_TLS', 'on'],
    ['HOLDFAST_TLS', 'OFF'],
    ['HOLDFAST_PUBLIC_URL', 'box.example.org'],
    ['HOLDFAST_PUBLIC_URL', 'https://box.example.org/holdfast'],
    ['HOLDFAST_PUBLIC_URL', 'https://me:secret@box.example.org'],
    ['HOLDFAST_PUBLIC_URL', 'ftp://box.example.org'],
    ['HOLDFAST_TRUSTED_PROXY', 'proxy.example.org'],
    ['HOLDFAST_TRUSTED_PROXY', '10.0.0.1,'],
    ['HOLDFAST_TRUSTED_PROXY', '10.0.0.0/33'],
    ['HOLDFAST_LOG', 'verbose'],
  ])('%s=%s', (name, value) => {
    const error = failure({ [name]: value })
    expect(error.setting).toBe(name)
    expect(error.message).toContain(name)
    expect(error.message).toContain(JSON.stringify(value))
    expect(error.message).toContain(settings[name].allowed)
  })

  test.each<readonly [SettingName, string, string]>([
    ['HOLDFAST_SETUP_TOKEN', 'tooshort', 'tooshort'],
    ['HOLDFAST_SETUP_TOKEN', 'with spaces and enough of them', 'with spaces'],
    ['HOLDFAST_DATABASE_URL', 'postgres://me:hunter2@db/box', 'hunter2'],
    ['HOLDFAST_DATABASE_URL', 'mysql://me:hunter2@db', 'hunter2'],
    ['HOLDFAST_DATABASE_URL', 'mysql://me:hunter2@db/box?tls=maybe', 'hunter2'],
    ['HOLDFAST_DATABASE_URL', 'hunter2', 'hunter2'],
  ])('%s=%s, without telling the secret', (name, value, secret) => {
    const error = failure({ [name]: value })
    expect(error.message).toContain(settings[name].allowed)
    expect(error.message).not.toContain(secret)
  })

  test.each<readonly [SettingName, Environment]>([
    ['HOLDFAST_TLS', { HOLDFAST_HOST: '0.0.0.0', HOLDFAST_TLS: 'off' }],
    ['HOLDFAST_TLS', { HOLDFAST_HOST: 'box.example.org', HOLDFAST_TLS: 'off' }],
    ['HOLDFAST_TLS_CERT', { HOLDFAST_TLS: 'files', HOLDFAST_TLS_KEY: 'k' }],
    ['HOLDFAST_TLS_KEY', { HOLDFAST_TLS: 'files', HOLDFAST_TLS_CERT: 'c' }],
    ['HOLDFAST_TLS_CERT', { HOLDFAST_TLS_CERT: 'c' }],
  ])('%s where %j', (name, given) => {
    expect(failure(given).setting).toBe(name)
  })
})

describe('holdfast.env', () => {
  test('is read, and the environment wins', () => {
    writeFileSync(settingsFile, '# the box\nHOLDFAST_PORT=9000\nHOLDFAST_LOG="info"\n')
    expect(load({ HOLDFAST_PORT: '9001' })).toMatchObject({ port: 9001, logLevel: 'info' })
    expect(load({ HOLDFAST_PORT: '' })).toMatchObject({ port: 9000 })
  })

  test('may not say where itself is', () => {
    writeFileSync(settingsFile, 'HOLDFAST_DATA=/elsewhere\n')
    expect(failure({}).message).toContain('in the environment only')
  })
})

test.each([
  ['127.0.0.1', true],
  ['127.255.255.254', true],
  ['::1', true],
  ['::ffff:127.0.0.1', true],
  ['LocalHost', true],
  ['0.0.0.0', false],
  ['::', false],
  ['10.0.0.1', false],
  ['localhost.example.org', false],
])('isLoopback(%s) is %s', (host, expected) => {
  expect(isLoopback(host)).toBe(expected)
})

function failure(environment: Environment): ConfigError {
  try {
    load(environment)
  } catch (error) {
    if (error instanceof ConfigError) return error
    throw error
  }
  throw new Error(`no error for ${JSON.stringify(environment)}`)
}
