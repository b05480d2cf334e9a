import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { settingsPage } from '../server/settings-page.ts'

writeFileSync(join(import.meta.dirname, '../docs/operator/settings.md'), settingsPage())
