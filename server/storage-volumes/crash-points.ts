/**
 * Named places beside every step that changes what the disk or the database holds. In a serving box nothing happens there; the
 * torture suite ends the process at each of them and proves that nothing acknowledged was lost.
 */
export const crashPoints = [
  'pack:written',
  'pack:synced',
  'pack:linked',
  'pack:unlinked',
  'pack:folder-synced',
  'pack:before-commit',
  'pack:committed',
  'twin:written',
  'twin:synced',
  'twin:linked',
  'twin:unlinked',
  'twin:folder-synced',
  'snapshot:written',
  'snapshot:synced',
  'snapshot:before-rename',
  'snapshot:renamed',
  'snapshot:folder-synced',
  'snapshot:committed',
  'snapshot:unlinked',
  'snapshot:unlink-synced',
  'gone:written',
  'gone:synced',
  'gone:renamed',
  'gone:folder-synced',
  'generation:written',
  'generation:synced',
  'generation:renamed',
  'generation:folder-synced',
  'trash:before-commit',
  'trash:committed',
  'trash:renamed',
  'trash:folder-synced',
  'trash:noted',
  'untrash:renamed',
  'untrash:folder-synced',
  'untrash:committed',
  'purge:before-commit',
  'purge:committed',
  'purge:unlinked',
  'purge:unlink-synced',
  'repack:noted',
  'repack:written',
  'repack:synced',
  'repack:linked',
  'repack:unlinked',
  'repack:folder-synced',
  'repack:before-commit',
  'repack:committed',
  'repack:abandoned',
  'repack:unlink-synced',
] as const
export type CrashPoint = (typeof crashPoints)[number]

/** Told that a step is done. May end the process; may not fail. */
export type ReachedPoint = (point: CrashPoint) => void

export const nothingAtPoints: ReachedPoint = () => {}
