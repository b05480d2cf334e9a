import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { settingsPage } from '../server/config-page.ts'

writeFileSync(join(import.meta.dirname, '../docs/operator/settings.md'), settingsPage())
