/**
 * Which rows go with a customer, in an order in which nothing is left that another row refers to. What a foreign key takes along is not
 * named. tests/server/customers/ended-rows.test.ts walks the database: a new table that tells of a customer needs a line here or there.
 */

/** `through`: the column holds an id of these; the customer's own are chosen. */
export type EndedRows = {
  readonly table: string
  readonly column: string
  readonly through: 'customer' | 'device' | 'subscription' | 'job' | 'run' | 'repository' | 'pack' | 'enrolment'
}

/** While its packs are still known to second copies, the rows of packs stay. */
export const endedRows: readonly EndedRows[] = [
  { table: 'catalogue', column: 'job_id', through: 'job' },
  { table: 'catalogue_stages', column: 'job_id', through: 'job' },
  { table: 'catalogue_sweeps', column: 'job_id', through: 'job' },
  { table: 'ended_runs', column: 'run_id', through: 'run' },
  { table: 'runs', column: 'customer_id', through: 'customer' },
  { table: 'snapshots', column: 'customer_id', through: 'customer' },
  { table: 'jobs', column: 'device_id', through: 'device' },
  { table: 'backup_sessions', column: 'device_id', through: 'device' },
  { table: 'device_rules', column: 'device_id', through: 'device' },
  { table: 'device_switches', column: 'device_id', through: 'device' },
  { table: 'device_fingerprints', column: 'device_id', through: 'device' },
  { table: 'device_doubts', column: 'device_id', through: 'device' },
  { table: 'device_faults', column: 'device_id', through: 'device' },
  { table: 'device_usage', column: 'device_id', through: 'device' },
  { table: 'deletion_yields', column: 'repository_id', through: 'repository' },
  { table: 'held_rules', column: 'object_id', through: 'device' },
  { table: 'held_rules', column: 'object_id', through: 'subscription' },
  // And with them who used them.
  { table: 'shares', column: 'customer_id', through: 'customer' },
  { table: 'restore_orders', column: 'customer_id', through: 'customer' },
  { table: 'connect_questions', column: 'customer_id', through: 'customer' },
  { table: 'enrolment_uses', column: 'enrolment_id', through: 'enrolment' },
  { table: 'enrolments', column: 'customer_id', through: 'customer' },
  { table: 'devices', column: 'customer_id', through: 'customer' },
  { table: 'subscription_usage', column: 'subscription_id', through: 'subscription' },
  { table: 'subscription_changes', column: 'customer_id', through: 'customer' },
  { table: 'subscriptions', column: 'customer_id', through: 'customer' },
  { table: 'alarms', column: 'customer_id', through: 'customer' },
  { table: 'outbox', column: 'customer_id', through: 'customer' },
  { table: 'invitations', column: 'customer_id', through: 'customer' },
  { table: 'broken_glass', column: 'customer_id', through: 'customer' },
  { table: 'webhooks', column: 'customer_id', through: 'customer' },
  { table: 'letter_defaults', column: 'customer_id', through: 'customer' },
  { table: 'staff_letter_customers', column: 'customer_id', through: 'customer' },
  { table: 'basket_items', column: 'customer_id', through: 'customer' },
  { table: 'customer_watch', column: 'customer_id', through: 'customer' },
  { table: 'chunks', column: 'repository_id', through: 'repository' },
  { table: 'pack_swaps', column: 'repository_id', through: 'repository' },
  { table: 'prune_reports', column: 'repository_id', through: 'repository' },
  { table: 'checks', column: 'repository_id', through: 'repository' },
]

/** When no second copy holds anything of it any more. */
export const lastRows: readonly EndedRows[] = [
  { table: 'pack_waits', column: 'repository_id', through: 'repository' },
  { table: 'packs', column: 'repository_id', through: 'repository' },
  { table: 'repositories', column: 'customer_id', through: 'customer' },
]
