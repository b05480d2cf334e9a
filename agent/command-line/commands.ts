import type { Command } from './command.ts'

/** The commands of this version, in the order in which a new user meets them. */
export const commandSummaries = {
  connect: 'connect this computer to a box',
  add: 'select files and folders',
  backup: 'back up now',
  status: 'what is connected, selected and safe',
  snapshots: 'list the versions',
  ls: 'list what a version holds',
  find: 'find files by name in all versions',
  history: 'list the versions of one file',
  restore: 'get files and folders back',
  run: 'keep schedules, take orders from the box',
  log: 'what was done here',
} as const satisfies Readonly<Record<string, string>>

export type CommandName = keyof typeof commandSummaries

/** Part of the interface, and not built yet: absent from help. */
export const laterCommands: readonly string[] = [
  'target',
  'check',
  'prune',
  'open',
  'queue',
  'service',
  'export-config',
  'import-config',
]

export function isCommandName(name: string): name is CommandName {
  return Object.hasOwn(commandSummaries, name)
}

/** Each command is a module of its own, loaded when it is called: starting must cost nothing for the others. */
export async function loadCommand(name: CommandName): Promise<Command> {
  switch (name) {
    case 'connect':
      return (await import('../commands/connect.ts')).connectCommand
    case 'add':
      return (await import('../commands/add.ts')).addCommand
    case 'backup':
      return (await import('../commands/backup.ts')).backupCommand
    case 'status':
      return (await import('../commands/status.ts')).statusCommand
    case 'snapshots':
      return (await import('../commands/snapshots.ts')).snapshotsCommand
    case 'ls':
      return (await import('../commands/ls.ts')).lsCommand
    case 'find':
      return (await import('../commands/find.ts')).findCommand
    case 'history':
      return (await import('../commands/history.ts')).historyCommand
    case 'restore':
      return (await import('../commands/restore.ts')).restoreCommand
    case 'run':
      return (await import('../commands/run.ts')).runCommand
    case 'log':
      return (await import('../commands/log.ts')).logCommand
    default:
      return name satisfies never
  }
}
