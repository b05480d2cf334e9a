import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { networkInterfaces } from 'node:os'

/*
 * A print of this computer that costs nothing to take, shown at every session. With it the box can tell a lost answer from a copy of
 * this installation on another computer. It is a hash: what it is made of stays here.
 */

/** 64 hex digits; the same until machine id, board or network cards change. */
export function machinePrint(): string {
  const facts = [machineId() ?? '', boardUuid() ?? '', ...cardAddresses()]
  return createHash('sha256').update(facts.join('\n')).digest('hex')
}

/** Of the installed system; copied with its disk, which is why the cards count, too. */
export function machineId(): string | undefined {
  return readFact('/etc/machine-id') ?? readFact('/var/lib/dbus/machine-id')
}

/** Readable by root alone on most systems. */
function boardUuid(): string | undefined {
  return readFact('/sys/class/dmi/id/product_uuid')
}

/** Of real network cards. Those of bridges, tunnels and containers come and go. */
export function cardAddresses(): readonly string[] {
  const addresses = process.platform === 'linux' ? linuxCardAddresses() : otherCardAddresses()
  return [...new Set(addresses)].filter((address) => /[1-9a-f]/.test(address)).sort()
}

const networkFolder = '/sys/class/net'

function linuxCardAddresses(): readonly string[] {
  try {
    const cards = readdirSync(networkFolder).filter((name) => existsSync(`${networkFolder}/${name}/device`))
    return cards.map((name) => readFact(`${networkFolder}/${name}/address`) ?? '')
  } catch {
    return otherCardAddresses()
  }
}

function otherCardAddresses(): readonly string[] {
  return Object.values(networkInterfaces()).flatMap((card) =>
    (card ?? []).filter(({ internal }) => !internal).map(({ mac }) => mac),
  )
}

function readFact(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim() || undefined
  } catch {
    return undefined
  }
}
