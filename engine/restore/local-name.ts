// Which of a version's names can be names here. A version comes from any system, and from any device of the customer: names that
// mean something else on this system are not tried.

const windowsForbidden = /[<>:"|?*\\]/
const windowsDevices = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(?:\.|$)/i

/** Why this name cannot be used on a system, or undefined. Slashes, NUL, `.` and `..` are no names in any version. */
export function unusableName(name: Buffer, platform: NodeJS.Platform): string | undefined {
  const text = name.toString('utf8')
  if (platform !== 'win32') return undefined
  if (windowsForbidden.test(text) || hasControlCharacter(name))
    return 'Windows has no names with < > : " | ? * \\ or control characters'
  if (/[. ]$/.test(text)) return 'Windows drops a dot or space at the end of a name'
  if (windowsDevices.test(text)) return 'Windows takes this name for a device'
  return undefined
}

function hasControlCharacter(name: Buffer): boolean {
  return name.some((byte) => byte < 0x20)
}
