/** Importing this defines `<dni-number target="+13125550142">(312) 555-0142</dni-number>`, in browsers only. */
export {};
