/**
 * Which tables a self-backup holds. Whatever people decided, and what nothing else can give again, is dumped; what the repositories'
 * own files or a listing give again is not. Every table of the database is on one of the two lists (a test compares).
 */

export interface DumpedTable {
  readonly name: string
  /** Orders the rows, so that the same content is the same document. */
  readonly key: readonly string[]
  /** Columns that tell of files: made again by `rebuild`, and their defaults until then. */
  readonly withoutColumns?: readonly string[]
  /** Columns whose change alone is no reason for a new self-backup: signs of life, counters of running work. */
  readonly restlessColumns?: readonly string[]
  /** No change of this table is one. */
  readonly isRestless?: true
  /** The newest rows only. */
  readonly newest?: number
}

/** In an order in which each row finds what it refers to. */
export const dumpedTables: readonly DumpedTable[] = [
  { name: 'settings', key: ['name'] },
  { name: 'counters', key: ['name'] },
  { name: 'users', key: ['id'] },
  { name: 'second_factors', key: ['user_id'], restlessColumns: ['last_step'] },
  { name: 'recovery_codes', key: ['user_id', 'code_hash'] },
  { name: 'tokens', key: ['id'], restlessColumns: ['last_used_at'] },
  { name: 'customers', key: ['id'] },
  { name: 'customer_ends', key: ['customer_id'] },
  { name: 'memberships', key: ['user_id', 'customer_id'] },
  { name: 'invitations', key: ['id'] },
  { name: 'broken_glass', key: ['id'] },
  { name: 'glass_openings', key: ['glass_id', 'id'], newest: 5_000, isRestless: true },
  { name: 'plans', key: ['id'] },
  { name: 'subscriptions', key: ['id'] },
  {
    name: 'repositories',
    key: ['id'],
    restlessColumns: ['closure_epoch', 'generation', 'session_sequence'],
  },
  { name: 'key_slots', key: ['repository_id', 'slot_id'] },
  {
    name: 'devices',
    key: ['id'],
    withoutColumns: [
      'head_seq',
      'head_snapshot',
      'versions_count',
      'first_version_at',
      'newest_version',
      'last_good_version',
      'stored_bytes',
    ],
    restlessColumns: [
      'instance_newest',
      'instance_previous',
      'is_newest_instance_shown',
      'takes_any_instance',
      'last_seen_at',
      'address',
      'agent_version',
      'fingerprint',
    ],
  },
  { name: 'device_rules', key: ['device_id'] },
  { name: 'accepted_skips', key: ['id'] },
  { name: 'device_switches', key: ['device_id'] },
  { name: 'plan_edits', key: ['id'] },
  { name: 'subscription_changes', key: ['id'] },
  { name: 'held_rules', key: ['id'], withoutColumns: ['id'] },
  {
    name: 'jobs',
    key: ['id'],
    withoutColumns: ['catalogue_version', 'catalogue_given', 'catalogue_root', 'newest_version', 'last_good_version'],
  },
  { name: 'copies', key: ['id'] },
  { name: 'webhooks', key: ['id'] },
  { name: 'letter_choices', key: ['user_id', 'customer_id'] },
  { name: 'letter_defaults', key: ['customer_id', 'role'] },
  { name: 'staff_letters', key: ['user_id'] },
  { name: 'staff_letter_customers', key: ['user_id', 'customer_id'] },
  { name: 'customer_watch', key: ['customer_id'] },
  /** Long logs would outgrow the document; the box's log files tell the rest. */
  { name: 'audit', key: ['id'], withoutColumns: ['id'], newest: 5_000, isRestless: true },
]

/** And why each of the others is not. */
export const leftOutTables: Readonly<Record<string, string>> = {
  customer_end_copies: 'work in progress: copies are looked at again',
  box: 'the box’s id is a field of the document',
  schema_migrations: 'the names of the migrations are a field of the document',
  sessions: 'people sign in again: an open browser is no reason to trust whoever holds it after a loss',
  mailed_links: 'asked for again: an old letter must not open a box that came back',
  enrolments: 'a new link is made in a minute; one that was used before the loss must not work again',
  enrolment_uses: 'of the links',
  device_fingerprints: 'each computer tells of itself again',
  device_doubts: 'begin again when what they are about shows again',
  connect_questions: 'a computer that still wants in asks again',
  snapshots: 'made from the snapshot files',
  runs: 'made from the snapshot files; runs that made no version are history',
  catalogue: 'made from the trees',
  catalogue_stages: 'work in progress',
  storage_volumes: 'the new disk is another one',
  packs: 'made from the packs',
  chunks: 'made from the packs',
  checks: 'the next check makes another',
  device_faults: 'what arrives again is opened again, and found again',
  pack_waits: 'what rebuild finds in trash/ begins its wait anew',
  pack_swaps: 'work in progress',
  prune_reports: 'the next night makes another',
  subscription_usage: 'made by the next mark',
  device_usage: 'made by the next mark',
  deletion_yields: 'counted again in the next night',
  backup_sessions: 'work in progress: agents open new ones',
  observed_time: 'what this box has seen of time',
  alarms: 'raised again by whatever finds it again',
  chores: 'they begin anew',
  chore_runs: 'they begin anew',
  standings: 'made from runs and versions',
  subscription_usage_days: 'how the lost box filled',
  device_usage_days: 'how the lost box filled',
  volume_usage: 'how the lost disk filled',
  version_pins: 'made from the pin files',
  version_bin: 'made from the bin files',
  version_notes: 'made from the note files',
  drills: 'what was proved on a box that was lost says nothing of the one that comes after it',
  drill_standings: 'of the drills',
  catalogue_sweeps: 'work in progress',
  copy_progress: 'work in progress',
  copied_repositories: 'made by listing the copy',
  copied_packs: 'made by listing the copy',
  copied_files: 'made by listing the copy',
  ended_runs: 'of what ended before the loss nobody has to be told',
  outbox: 'what was told once is not told again by a box that comes back',
  basket_items: 'a choice of the moment: files are chosen again in a minute',
  orders: 'given again where they are still wanted: an old one must not come back',
  restore_orders: 'as orders: an old one must not overwrite anything again, and what was done is history',
  told_jobs: 'each computer tells them again at its next contact',
  shares: 'new links are made in a minute; one that was withdrawn, or fetched as often as it may be, must not work again',
  share_deliveries: 'work in progress',
  share_uses: 'of the links',
  run_reports: 'history; the log stays on the computer',
}
