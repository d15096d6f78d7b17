// placeholder
export function copyAssets() {}
