/**
 * Answers the number to show for one of your own numbers, written as you wrote it: your own on the server, while the page is
 * hydrated, and wherever there is none.
 *
 * @example
 * const number = useDniNumber('(312) 555-0142');
 * return <a data-dni-noswap href={`tel:${number}`}>{number}</a>;
 */
export function useDniNumber(target: string): string;
