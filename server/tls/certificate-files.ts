import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { type Config, ConfigError } from '../config.ts'
import type { SettingName } from '../config-schema.ts'
import type { ServerIdentity } from './server-identity.ts'

/** The certificate of `HOLDFAST_TLS=files` with its key. Throws a ConfigError that says which of the two does not do, and why. */
export function readCertificateFiles({ tlsCertFile = '', tlsKeyFile = '' }: Config): ServerIdentity {
  const cert = read('HOLDFAST_TLS_CERT', tlsCertFile)
  const key = read('HOLDFAST_TLS_KEY', tlsKeyFile)
  const certificate = parse('HOLDFAST_TLS_CERT', tlsCertFile, 'a certificate', () => new X509Certificate(cert))
  const privateKey = parse('HOLDFAST_TLS_KEY', tlsKeyFile, 'a private key without a passphrase', () => createPrivateKey(key))
  if (!certificate.checkPrivateKey(privateKey)) {
    throw new ConfigError('HOLDFAST_TLS_KEY', JSON.stringify(tlsKeyFile), `It is not the key of the certificate ${tlsCertFile}.`)
  }
  return { cert, key }
}

function read(setting: SettingName, path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : error
    throw new ConfigError(setting, JSON.stringify(path), `That file cannot be read (${String(code)}).`)
  }
}

function parse<Parsed>(setting: SettingName, path: string, what: string, parsing: () => Parsed): Parsed {
  try {
    return parsing()
  } catch {
    throw new ConfigError(setting, JSON.stringify(path), `That file does not hold ${what} in PEM form.`)
  }
}
