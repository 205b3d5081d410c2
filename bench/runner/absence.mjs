/** What stands in the row of a contender that is not installed. @param {unknown} error */
export function absence(error) {
  const { code, message = '' } = /** @type {Partial<NodeJS.ErrnoException>} */ (error);
  const name = code === 'ERR_MODULE_NOT_FOUND' && /Cannot find package '([^']+)'/.exec(message)?.[1];
  return name ? { missing: `${name} is not installed` } : undefined;
}
