import { createHash, X509Certificate } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock } from '../runtime/clock.ts'
import { replaceFileSync } from '../runtime/replace-file.ts'

/** The box's own certificate authority, by which agents recognise the box whatever certificate it shows. */
export type Authority = {
  readonly certificatePem: string
  readonly keyPem: string
  /** SHA-256 of the authority's public key (SPKI), in base64 as RFC 7469 writes pins. */
  readonly pin: string
}

/** Opens `tls/ca.crt` and `tls/ca.key`; makes them for a new box. */
export async function openAuthority(options: {
  readonly folder: string
  readonly boxId: string
  readonly clock: Clock
}): Promise<Authority> {
  const certificateFile = join(options.folder, 'ca.crt')
  const keyFile = join(options.folder, 'ca.key')
  // The key is written first, so a certificate without its key is a loss, and a key without its certificate a cut-off start.
  if (!existsSync(certificateFile)) {
    const { createAuthority } = await import('./certificates.ts')
    const made = await createAuthority({ name: `Holdfast ${options.boxId}`, nowMs: options.clock.now() })
    replaceFileSync(keyFile, made.keyPem, { mode: 0o600 })
    replaceFileSync(certificateFile, made.certificatePem, { mode: 0o644 })
  }
  const certificatePem = readFileSync(certificateFile, 'utf8')
  return { certificatePem, keyPem: readFileSync(keyFile, 'utf8'), pin: publicKeyPin(certificatePem) }
}

export function publicKeyPin(certificatePem: string): string {
  const spki = new X509Certificate(certificatePem).publicKey.export({ type: 'spki', format: 'der' })
  return createHash('sha256').update(spki).digest('base64')
}
