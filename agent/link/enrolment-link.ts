import { AgentError } from '../errors/agent-error.ts'
import { type BoxAddress, parseBoxAddress } from './box-address.ts'

/*
 * The link that somebody at the box made for this computer: `https://box:8443/enrol#hfe_….PIN`. What stands behind # is never sent by a
 * browser. The pin is of the box's own authority: whoever has the link knows the box, so nobody is asked.
 */

export interface EnrolmentLink {
  readonly address: BoxAddress
  readonly secret: string
  /** Base64; undefined where a public authority vouches for the box, or plain http stays on this computer. */
  readonly pin: string | undefined
}

const linkPath = '/enrol'
const linkFragment = /^#(hfe_[a-z2-7]{20,100})(?:\.([A-Za-z0-9_-]{43}))?$/

/** Undefined for a plain address. @throws AgentError HF-URL-INVALID for a link that is not whole */
export function findEnrolmentLink(text: string): EnrolmentLink | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || (url.pathname === '/' && url.hash === '')) return undefined
  const [, secret, pin] = linkFragment.exec(url.hash) ?? []
  if (url.pathname !== linkPath || url.search !== '' || secret === undefined) throw notWhole(url)
  return {
    address: parseBoxAddress(url.origin),
    secret,
    pin: pin === undefined ? undefined : Buffer.from(pin, 'base64url').toString('base64'),
  }
}

/** The link itself is a secret: it is not repeated. */
function notWhole({ origin, pathname, hash }: URL): AgentError {
  const isCutOff = pathname === linkPath && hash === ''
  const detail = isCutOff
    ? `This is a link of ${origin} without the part behind #.`
    : `This is neither the address of a box nor a whole enrolment link of ${origin}.`
  return new AgentError('HF-URL-INVALID', detail, {
    hint: 'Copy the link whole, from https:// to its last sign, and put it between quotation marks. Or give the address of the box alone.',
  })
}
