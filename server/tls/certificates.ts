import 'reflect-metadata'
import { webcrypto } from 'node:crypto'
import { isIP } from 'node:net'
import * as x509 from '@peculiar/x509'

/*
 * Makes certificates: ECDSA on P-256, an authority for ten years, servers' for 397 days (what browsers accept at most). Loaded
 * only when one is to be made; opening them needs nothing but Node.
 */

const dayMs = 86_400_000
const authorityDays = 3652
const serverDays = 397
/** A computer whose clock is a day slow shall not think the box comes from the future. */
const clockSkewMs = dayMs
const keyAlgorithm = { name: 'ECDSA', namedCurve: 'P-256' } as const
const signingAlgorithm = { ...keyAlgorithm, hash: 'SHA-256' } as const
const serverAuthentication = '1.3.6.1.5.5.7.3.1'

x509.cryptoProvider.set(webcrypto as unknown as Crypto)

export type MadeCertificate = { readonly certificatePem: string; readonly keyPem: string }

export async function createAuthority(options: { readonly name: string; readonly nowMs: number }): Promise<MadeCertificate> {
  const keys = await newKeys()
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: `CN=${options.name}`,
    keys,
    signingAlgorithm,
    ...validity(options.nowMs, authorityDays),
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  })
  return { certificatePem: `${certificate.toString('pem')}\n`, keyPem: await keyPem(keys) }
}

/** A certificate for a server under these names and addresses. */
export async function createServerCertificate(options: {
  readonly authority: MadeCertificate
  readonly names: readonly string[]
  readonly nowMs: number
}): Promise<MadeCertificate> {
  const keys = await newKeys()
  const issuer = new x509.X509Certificate(options.authority.certificatePem)
  const certificate = await x509.X509CertificateGenerator.create({
    subject: `CN=${options.names[0] ?? 'localhost'}`,
    issuer: issuer.subject,
    publicKey: keys.publicKey,
    signingKey: await importKey(options.authority.keyPem),
    signingAlgorithm,
    ...validity(options.nowMs, serverDays),
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([serverAuthentication]),
      new x509.SubjectAlternativeNameExtension(options.names.map(alternativeName)),
      await x509.AuthorityKeyIdentifierExtension.create(issuer),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  })
  return { certificatePem: `${certificate.toString('pem')}\n`, keyPem: await keyPem(keys) }
}

function validity(nowMs: number, days: number): { readonly notBefore: Date; readonly notAfter: Date } {
  return { notBefore: new Date(nowMs - clockSkewMs), notAfter: new Date(nowMs - clockSkewMs + days * dayMs) }
}

function alternativeName(name: string): { readonly type: 'ip' | 'dns'; readonly value: string } {
  return { type: isIP(name) === 0 ? 'dns' : 'ip', value: name }
}

function newKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(keyAlgorithm, true, ['sign', 'verify'])
}

async function keyPem(keys: webcrypto.CryptoKeyPair): Promise<string> {
  return `${x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY')}\n`
}

function importKey(pem: string): Promise<CryptoKey> {
  return webcrypto.subtle.importKey('pkcs8', x509.PemConverter.decodeFirst(pem), keyAlgorithm, false, ['sign'])
}
