import type { Command } from './command.ts'

/** Every command of this version. A module is loaded when its command is called: starting must not cost what is not used. */

export type ListedCommand = {
  readonly name: string
  readonly summary: string
  /** Undefined: `serve`, which is no command over services. */
  readonly load: (() => Promise<Command>) | undefined
}

export const commandList: readonly ListedCommand[] = [
  { name: 'serve', summary: 'Runs the box until Ctrl-C; what `npm start` does', load: undefined },
  {
    name: 'setup',
    summary: 'Makes the first administrator and the first customer',
    load: async () => (await import('../setup/setup-command.ts')).setupCommand,
  },
  {
    name: 'seed',
    summary: 'Fills an empty box with a demonstration (--demo)',
    load: async () => (await import('../demo/seed-command.ts')).seedCommand,
  },
  {
    name: 'customer create',
    summary: 'Founds a customer',
    load: async () => (await import('../customers/customers-commands.ts')).customerCreateCommand,
  },
  {
    name: 'user create',
    summary: 'Makes a login',
    load: async () => (await import('../users/users-commands.ts')).userCreateCommand,
  },
  {
    name: 'user reset',
    summary: 'Gives a login a new password',
    load: async () => (await import('../users/users-commands.ts')).userResetCommand,
  },
  {
    name: 'token create',
    summary: 'Makes a token for a script',
    load: async () => (await import('../tokens/tokens-commands.ts')).tokenCreateCommand,
  },
  {
    name: 'device list',
    summary: 'Lists the computers',
    load: async () => (await import('../devices/device-list-command.ts')).deviceListCommand,
  },
  {
    name: 'recovery-kit',
    summary: 'Prints the sheet that opens a customer’s backups without the box, or brings back the box',
    load: async () => (await import('../recovery-kits/recovery-kit-command.ts')).recoveryKitCommand,
  },
  {
    name: 'recover',
    summary: 'Brings a lost box back from a copy of it and the server’s recovery kit',
    load: async () => (await import('../recovery/recover-command.ts')).recoverCommand,
  },
  {
    name: 'self-backup',
    summary: 'Saves people, plans, settings and keys of the box itself',
    load: async () => (await import('../self-backups/self-backup-command.ts')).selfBackupCommand,
  },
  {
    name: 'rotate-key',
    summary: 'Makes a new box key, or a new epoch of a customer’s keys',
    load: async () => (await import('../key-care/rotate-key-command.ts')).rotateKeyCommand,
  },
  {
    name: 'retention',
    summary: 'Lets go of the versions that no rule keeps, or says which they are',
    load: async () => (await import('../retention/retention-command.ts')).retentionCommand,
  },
  {
    name: 'check',
    summary: 'Proves that what is stored is whole, and names what is not',
    load: async () => (await import('../checks/check-command.ts')).checkCommand,
  },
  {
    name: 'prune',
    summary: 'Frees what no version needs any more',
    load: async () => (await import('../prune/prune-command.ts')).pruneCommand,
  },
  {
    name: 'copy add',
    summary: 'Makes a folder on another disk the place of a second copy',
    load: async () => (await import('../copies/copy-commands.ts')).copyAddCommand,
  },
  {
    name: 'copy set',
    summary: 'Changes a second copy: its schedule, its limit, a pause',
    load: async () => (await import('../copies/copy-commands.ts')).copySetCommand,
  },
  {
    name: 'copy status',
    summary: 'Says how old the second copies are, and what they lack',
    load: async () => (await import('../copies/copy-commands.ts')).copyStatusCommand,
  },
  {
    name: 'copy run',
    summary: 'Brings a second copy up to date now',
    load: async () => (await import('../copies/copy-commands.ts')).copyRunCommand,
  },
  {
    name: 'copy verify',
    summary: 'Reads a second copy back, and compares',
    load: async () => (await import('../copies/copy-commands.ts')).copyVerifyCommand,
  },
  {
    name: 'copy remove',
    summary: 'Forgets a second copy; its files stay',
    load: async () => (await import('../copies/copy-commands.ts')).copyRemoveCommand,
  },
  {
    name: 'alarms',
    summary: 'Lists what waits for somebody',
    load: async () => (await import('../alarms/alarms-command.ts')).alarmsCommand,
  },
  {
    name: 'disk',
    summary: 'Shows the disks of the box, and takes one again after trouble',
    load: async () => (await import('../storage-volumes/disk-command.ts')).diskCommand,
  },
  {
    name: 'move',
    summary: 'Moves a customer’s backups to another folder or disk',
    load: async () => (await import('../moves/move-command.ts')).moveCommand,
  },
  {
    name: 'clock',
    summary: 'Says whether the box believes its clock, and confirms it',
    load: async () => (await import('../observed-time/clock-command.ts')).clockCommand,
  },
  {
    name: 'rebuild',
    summary: 'Makes the database’s side of the stored files anew, from the files',
    load: async () => (await import('../rebuild/rebuild-command.ts')).rebuildCommand,
  },
  {
    name: 'openapi',
    summary: 'Prints the description of the API (OpenAPI 3.1)',
    load: async () => (await import('../openapi/openapi-command.ts')).openApiCommand,
  },
]

/** Names out of the manual's table whose time has not come; they are absent from the help. */
export const laterCommands: readonly string[] = ['dropbox create', 'import', 'sandbox', 'support-bundle']

export type FoundCommand =
  | { readonly kind: 'found'; readonly command: ListedCommand; readonly rest: readonly string[] }
  | { readonly kind: 'later'; readonly name: string }
  | { readonly kind: 'unknown' }

const maxNameWords = 2

/** By the longest name that the first words make. */
export function findCommand(words: readonly string[]): FoundCommand {
  for (let count = maxNameWords; count >= 1; count -= 1) {
    const name = words.slice(0, count).join(' ')
    const command = commandList.find((listed) => listed.name === name)
    if (command !== undefined && words.length >= count) return { kind: 'found', command, rest: words.slice(count) }
    if (laterCommands.includes(name)) return { kind: 'later', name }
  }
  return { kind: 'unknown' }
}
