import { createPrivateKey, X509Certificate } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { join } from 'node:path'
import type { Clock } from '../runtime/clock.ts'
import { replaceFileSync } from '../runtime/replace-file.ts'
import type { Authority } from './authority.ts'

/** What a TLS listener shows: the certificate with its issuers behind it, and its key. */
export type ServerIdentity = { readonly cert: string; readonly key: string }

const renewBeforeMs = 30 * 86_400_000
const maxNames = 64

/** The box's certificate by its own authority; made anew when it runs out soon, lacks a name, or is of another authority. */
export async function openServerIdentity(options: {
  readonly folder: string
  readonly authority: Authority
  readonly names: readonly string[]
  readonly clock: Clock
}): Promise<ServerIdentity> {
  const certificateFile = join(options.folder, 'server.crt')
  const keyFile = join(options.folder, 'server.key')
  const names = [...new Set(options.names)].slice(0, maxNames)
  const nowMs = options.clock.now()
  if (!isGood({ certificateFile, keyFile, names, nowMs, authority: options.authority })) {
    const { createServerCertificate } = await import('./certificates.ts')
    const made = await createServerCertificate({ authority: options.authority, names, nowMs })
    replaceFileSync(keyFile, made.keyPem, { mode: 0o600 })
    replaceFileSync(certificateFile, made.certificatePem, { mode: 0o644 })
  }
  return { cert: readFileSync(certificateFile, 'utf8') + options.authority.certificatePem, key: readFileSync(keyFile, 'utf8') }
}

type Files = {
  readonly certificateFile: string
  readonly keyFile: string
  readonly names: readonly string[]
  readonly nowMs: number
  readonly authority: Authority
}

function isGood({ certificateFile, keyFile, names, nowMs, authority }: Files): boolean {
  if (!existsSync(certificateFile) || !existsSync(keyFile)) return false
  const certificate = new X509Certificate(readFileSync(certificateFile))
  const issuer = new X509Certificate(authority.certificatePem)
  return (
    nowMs < certificate.validToDate.getTime() - renewBeforeMs &&
    nowMs >= certificate.validFromDate.getTime() &&
    certificate.checkPrivateKey(createPrivateKey(readFileSync(keyFile))) &&
    certificate.checkIssued(issuer) &&
    certificate.verify(issuer.publicKey) &&
    names.every((name) => covers(certificate, name))
  )
}

function covers(certificate: X509Certificate, name: string): boolean {
  return (isIP(name) === 0 ? certificate.checkHost(name) : certificate.checkIP(name)) !== undefined
}
