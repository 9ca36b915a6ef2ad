/** What commands print, in this process. */
import { vi } from 'vitest'

/** What a command prints. */
export async function printed(command: () => Promise<void>): Promise<string> {
  let text = ''
  const write = vi.spyOn(process.stdout, 'write').mockImplementation(chunk => {
    text += chunk
    return true
  })
  try {
    await command()
  } finally {
    write.mockRestore()
  }
  return text
}
