export declare const PACKAGES: Readonly<Record<string, readonly string[]>>
export declare const TEST_PACKAGES: Readonly<Record<string, readonly string[]>>
export declare const EXCEPTIONS: readonly { from: string; to: string; why: string }[]
export declare const SERVER_FOLDERS: Readonly<Record<string, readonly string[]>>
