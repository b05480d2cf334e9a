// A self-backup of format 1 as a box of the first tables made it: small, fixed, and never changed. Whatever the tables become, a box must
// come back from it.

import { createHash } from 'node:crypto'
import { seededRandomness } from '../../server/runtime/randomness.ts'
import { type BoxDocument, encodeBoxDocument } from '../../server/self-backups/box-document.ts'
import { sealDocument } from '../../server/self-backups/self-backup-file.ts'

const fixed = (words: string, length = 32) => createHash('shake256', { outputLength: length }).update(`golden ${words}`).digest()

export const goldenServerSecret = fixed('server secret')
const atMs = 1_700_000_000_123
const customer = 'cus_golden22222222222222'
const user = 'usr_golden22222222222222'
const plan = 'pln_golden22222222222222'
const subscription = 'sub_golden22222222222222'

export const goldenDocument: BoxDocument = {
  boxId: 'box_golden22222222222222',
  madeAtMs: atMs,
  version: '0.1.0',
  migrations: ['0001-people', '0002-devices-and-versions', '0003-packs'],
  masterKey: fixed('master key'),
  authority: { certificatePem: '-----BEGIN CERTIFICATE-----\n', keyPem: '-----BEGIN PRIVATE KEY-----\n' },
  settingsFile: 'HOLDFAST_PORT=8443\n',
  tables: [
    { name: 'settings', columns: ['name', 'value', 'changed_at'], rows: [['setup.done_at', String(atMs), atMs]] },
    {
      name: 'counters',
      columns: ['name', 'last_number'],
      rows: [
        ['customers', 1],
        ['devices', 1],
      ],
    },
    {
      name: 'users',
      columns: ['id', 'email', 'email_folded', 'name', 'staff_role', 'password_hash', 'password_changed_at', 'created_at'],
      rows: [[user, 'Zoë@office.example', 'zoë@office.example', 'Zoë', 'administrator', '$argon2id$none', atMs, atMs]],
    },
    {
      name: 'tokens',
      columns: ['id', 'secret_hash', 'user_id', 'scopes', 'created_at', 'expires_at', 'last_used_at'],
      rows: [['tok_golden22222222222222', fixed('token'), user, 'read', atMs, null, null]],
    },
    {
      name: 'customers',
      columns: ['id', 'number', 'name', 'state', 'kit_printed_at', 'created_at'],
      rows: [[customer, 1, 'Büro & Söhne', 'active', null, atMs]],
    },
    { name: 'memberships', columns: ['user_id', 'customer_id', 'role', 'created_at'], rows: [[user, customer, 'owner', atMs]] },
    {
      name: 'plans',
      columns: [
        ...['id', 'name', 'name_folded', 'position', 'quota_bytes', 'devices_max', 'retention', 'validity_days', 'grace_days'],
        'created_at',
      ],
      rows: [[plan, 'Gold', 'gold', 0, 2_199_023_255_552, 50, '{"daily":30}', 365, 14, 0]],
    },
    {
      name: 'subscriptions',
      columns: [
        ...[
          'id',
          'licence_key',
          'customer_id',
          'plan_id',
          'valid_from',
          'valid_until',
          'grace_days',
          'quota_bytes',
          'devices_max',
        ],
        ...['accepts_backups', 'switched_off_reason', 'created_at'],
      ],
      rows: [[subscription, 'HF-GOLDEN', customer, plan, atMs, null, 14, 2_199_023_255_552, 50, 1, null, atMs]],
    },
    {
      name: 'repositories',
      columns: ['id', 'uid', 'customer_id', 'closure_epoch', 'generation', 'session_sequence', 'created_at'],
      rows: [[7, fixed('uid', 16), customer, 3, 0, 12, atMs]],
    },
    {
      name: 'key_slots',
      columns: ['repository_id', 'slot_id', 'kind', 'device_id', 'salt', 'commitment', 'sealed', 'sealed_secret', 'created_at'],
      rows: [
        [7, 'recovery-1', 'recovery', null, fixed('salt'), fixed('commitment'), fixed('sealed', 84), fixed('secret', 81), atMs],
      ],
    },
    {
      name: 'devices',
      columns: [
        ...['id', 'number', 'customer_id', 'repository_id', 'subscription_id', 'name', 'state', 'token_hash', 'fingerprint'],
        ...['fingerprint_print', 'instance_newest', 'instance_previous', 'is_newest_instance_shown', 'agent_version', 'address'],
        ...['connected_at', 'connected_by', 'last_seen_at'],
      ],
      rows: [
        [
          ...['dev_golden22222222222222', 1, customer, 7, subscription, 'ANN-PC', 'active', fixed('device token'), '{}'],
          ...['print', `000000000001-${'a'.repeat(32)}`, null, 1, '0.1.0', '192.0.2.1', atMs, user, atMs],
        ],
      ],
    },
    {
      name: 'jobs',
      columns: ['id', 'device_id', 'name', 'created_at'],
      rows: [[3, 'dev_golden22222222222222', 'default', atMs]],
    },
    {
      name: 'audit',
      columns: ['at', 'actor_kind', 'actor_id', 'actor_name', 'action', 'object_id', 'customer_id', 'address', 'detail'],
      rows: [[atMs, 'user', user, 'Zoë@office.example', 'box.set-up', user, customer, '192.0.2.1', '{}']],
    },
  ],
}

/** As today's code writes it. */
export function goldenSelfBackup(): { readonly name: string; readonly bytes: Buffer } {
  const bytes = sealDocument(encodeBoxDocument(goldenDocument), goldenServerSecret, seededRandomness('golden self-backup'))
  return { name: `000000000312-${createHash('sha256').update(bytes).digest('hex')}`, bytes }
}
