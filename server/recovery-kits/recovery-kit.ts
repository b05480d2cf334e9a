/**
 * What stands on a recovery kit, whatever it is printed as: the code, what it opens, and what somebody does who has just lost the box
 * and reads this for the first time. It names no password and no key of the box. Pure.
 */
import { formatRecoveryCode, recoveryKitBlock } from '../../engine/index.ts'

export const kitFormats = ['txt', 'html', 'pdf'] as const
export type KitFormat = (typeof kitFormats)[number]

interface KitFacts {
  readonly secret: Buffer
  /** Where the box is reached, as far as it knows. */
  readonly addresses: readonly string[]
  readonly printedAtMs: number
}

export type RecoveryKit =
  | (KitFacts & {
      readonly opens: 'customer'
      readonly customer: { readonly name: string; readonly number: string }
      readonly uid: Buffer
    })
  | (KitFacts & {
      readonly opens: 'server'
      readonly boxId: string
      /** Whose backups are on this box; the first ones. */
      readonly repositories: readonly { readonly customer: string; readonly uid: Buffer }[]
      readonly repositoriesCount: number
    })

export type SheetStep = { readonly words: string; readonly commands?: readonly string[] }
export interface SheetPart {
  readonly title: string
  readonly words?: readonly string[]
  readonly steps?: readonly SheetStep[]
}

export interface KitSheet {
  readonly title: string
  readonly subject: string
  readonly facts: readonly { readonly label: string; readonly values: readonly string[] }[]
  /** Thirteen groups of four signs and a check sign. */
  readonly codeGroups: readonly string[]
  readonly parts: readonly SheetPart[]
  /** For programs; also what the QR holds. */
  readonly block: string
}

/** Named on the server's sheet; more would not fit the page, and `recover` finds them all. */
export const repositoriesOnSheetMax = 12

export function kitSheet(kit: RecoveryKit): KitSheet {
  const printed = `${new Date(kit.printedAtMs).toISOString().slice(0, 16).replace('T', ' ')} UTC`
  const box = kit.addresses.length === 0 ? [] : [{ label: 'Box', values: kit.addresses }]
  const codeGroups = formatRecoveryCode(kit.secret).split('-')
  const end = [...box, { label: 'Printed', values: [printed] }]
  if (kit.opens === 'server') {
    const { boxId, secret, repositoriesCount } = kit
    return {
      title: 'Holdfast recovery kit of the server',
      subject: boxId,
      facts: [{ label: 'Server', values: [boxId] }, ...end, ...repositoryFacts(kit)],
      codeGroups,
      parts: serverParts(repositoriesCount),
      block: recoveryKitBlock({ opens: 'server', boxId, secret }),
    }
  }
  const { customer, uid, secret } = kit
  return {
    title: 'Holdfast recovery kit',
    subject: customer.name,
    facts: [
      { label: 'Customer', values: [`${customer.name} (${customer.number})`] },
      { label: 'Backups', values: [uid.toString('hex')] },
      ...end,
    ],
    codeGroups,
    parts: customerParts(uid.toString('hex')),
    block: recoveryKitBlock({ opens: 'customer', uid, secret }),
  }
}

function repositoryFacts({ repositories, repositoriesCount }: Extract<RecoveryKit, { opens: 'server' }>) {
  const shown = repositories.slice(0, repositoriesOnSheetMax)
  const more = repositoriesCount - shown.length
  const values = shown.map(({ customer, uid }) => `${uid.toString('hex')} (${customer})`)
  return [{ label: 'Backups', values: [...values, ...(more > 0 ? [`and ${more} more`] : [])] }]
}

const typing =
  'Typing instead of a file: leave --recovery-kit KIT away, add --recovery-code, and type the code when it asks. Large and small letters, ' +
  'dashes and blanks do not matter. The fifth sign of each group checks the four before it, so a slip is found at once.'

function customerParts(uid: string): readonly SheetPart[] {
  return [
    {
      title: 'Keep this sheet',
      words: [
        'Whoever holds this code and a copy of the stored backups can read every file in them. Keep it where you keep contracts, away from ' +
          'the computers it protects, and delete the file it came in. It stays valid until new codes are made.',
      ],
    },
    {
      title: 'When files are needed and the box still runs',
      words: ['You do not need this sheet. Sign in at the address above, or restore with the agent on the computer.'],
    },
    {
      title: 'When the box is gone and a copy of its disk is left',
      words: ['Take your time. Nothing you do here changes the copy, and every step can be done again.'],
      steps: [
        {
          words:
            `Find the copy: the old disk, the second copy, or wherever it was kept. In it is a folder repositories, and in that a ` +
            `folder ${uid}. FOLDER below is the copy itself.`,
        },
        {
          words:
            'Install the newest Holdfast agent on any computer. See what is there (KIT is the file with this sheet, as text or page):',
          commands: ['holdfast-agent snapshots --from FOLDER --recovery-kit KIT'],
        },
        {
          words: 'Restore everything of one computer into an empty folder. Without --device when there is only one:',
          commands: ['holdfast-agent restore latest --from FOLDER --recovery-kit KIT', '  --device NAME --to EMPTY'],
        },
        { words: typing },
      ],
    },
    {
      title: 'Without any program of ours',
      words: [
        'tests/interop/decoder.py in the source of Holdfast needs Python 3.9 and nothing else, and every byte is described in docs/format. ' +
          'decoder.py snapshots FOLDER --key KIT lists the versions, decoder.py extract FOLDER --key KIT --snapshot ID --to EMPTY gets one. ' +
          'FOLDER is the folder that holds repository.json.',
      ],
    },
  ]
}

function serverParts(repositoriesCount: number): readonly SheetPart[] {
  const all = repositoriesCount === 1 ? 'the backups on it' : 'all backups on it'
  return [
    {
      title: 'Keep this sheet',
      words: [
        `With this code and a copy of the box, the whole box comes back: people and their passwords, plans, computers, and ${all}. ` +
          'Whoever holds both can read every file. Keep it in a safe, not in the building of the box, and delete the file it came in.',
      ],
    },
    {
      title: 'When the box still runs',
      words: ['You do not need this sheet. A forgotten password is reset on the box with: bin/holdfast user reset'],
    },
    {
      title: 'When the box is gone and a copy of its disk is left',
      words: ['Take your time. Nothing you do here changes the copy, and every step can be done again.'],
      steps: [
        {
          words:
            'Find the copy: the second copy, or the data folder on the old disk. It holds the folders self and repositories. Connect it to ' +
            'a new computer with enough room. FOLDER below is the copy itself.',
        },
        { words: 'Install Holdfast there as its manual says (docs/operator/install.md). Do not start it yet.' },
        {
          words:
            'Bring the box back into a new, empty data folder. This copies the backups first, which may take hours; it may be broken off and called again:',
          commands: ['HOLDFAST_DATA=NEW bin/holdfast recover FOLDER --recovery-kit KIT'],
        },
        {
          words:
            'Typing instead of a file: leave --recovery-kit KIT away; it asks for the code. The fifth sign of each group checks the four before it.',
        },
        {
          words:
            'Give the new computer the old one’s name and address on the network, so that the computers find their box. Start it with the same ' +
            'data folder, and sign in with the password you had:',
          commands: ['HOLDFAST_DATA=NEW npm start'],
        },
        { words: 'Look at one computer, get one file back, then print a new kit: it is done when you have seen the file.' },
      ],
    },
  ]
}
