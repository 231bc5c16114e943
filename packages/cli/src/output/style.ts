import { styleText } from 'node:util'

export interface Style {
  bold(text: string): string
  dim(text: string): string
  red(text: string): string
  green(text: string): string
  yellow(text: string): string
}

/** Colours on a terminal that wants them (https://no-color.org). */
export function createStyle(env: NodeJS.ProcessEnv, { isTTY }: { isTTY?: boolean }): Style {
  const isColourful = isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb'
  const paint = (format: keyof Style) => (text: string) => (isColourful ? styleText(format, text) : text)
  return {
    bold: paint('bold'),
    dim: paint('dim'),
    red: paint('red'),
    green: paint('green'),
    yellow: paint('yellow'),
  }
}
