import { type Setting, settings } from './config-schema.ts'

/** docs/operator/settings.md, made from the table of settings. */
export function settingsPage(): string {
  const sections = Object.entries(settings).map(([name, setting]) => section(name, setting))
  return `${[introduction, ...sections].join('\n\n')}\n`
}

const introduction = `# Settings of the box

<!-- Made by scripts/write-config-page.ts from server/config-schema.ts: change it there. -->

Settings come from the environment, or from the file \`holdfast.env\` in the data folder (\`NAME=value\`, one a line, \`#\` begins a
comment); the environment wins, an empty value counts as none. A wrong value stops the start and says what is allowed.`

function section(name: string, setting: Setting<unknown>): string {
  const secret = setting.isSecret ? '\n\nA secret: never shown in errors or logs.' : ''
  return `## ${name}\n\n${setting.about}\n\n- Allowed: ${setting.allowed}\n- When not set: ${setting.otherwise}${secret}`
}
