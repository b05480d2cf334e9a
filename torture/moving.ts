/** The repository moved to another folder and back. A move that was broken off goes on by itself; whoever began it waits for its end. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Bed } from './bed.ts'
import { commandless, type History } from './history.ts'

export const moving: History = {
  name: 'move there and back',
  begin: (bed) => commandless(thereAndBack(bed)),
  finish: async (bed) => {
    await bed.box.ready()
    // Where it is going, or lies, only the box knows: one of the two is refused then.
    await moveTo(bed, elsewhereOf(bed)).catch(() => {})
    await moveTo(bed, 'repositories').catch(() => {})
  },
}

async function thereAndBack(bed: Bed): Promise<void> {
  await moveTo(bed, elsewhereOf(bed))
  await moveTo(bed, 'repositories')
}

async function moveTo({ box, customer }: Bed, to: string): Promise<void> {
  await box.command('move', { customer, to })
}

export function elsewhereOf({ folder }: Pick<Bed, 'folder'>): string {
  return join(folder, 'elsewhere')
}

export function isElsewhereThere(bed: Pick<Bed, 'folder'>): boolean {
  return existsSync(elsewhereOf(bed))
}
