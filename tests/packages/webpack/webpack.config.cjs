module.exports = {
  mode: 'production',
  entry: './main.js',
  output: { filename: 'bundle.js', path: `${__dirname}/dist`, publicPath: 'auto' },
  performance: { hints: false },
};
