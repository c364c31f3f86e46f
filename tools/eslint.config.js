// The page's scripts are one graph of modules, checked as the Python is: no name from nowhere, none that nobody uses.
import js from '@eslint/js';
import {importX} from 'eslint-plugin-import-x';
import globals from 'globals';

export default [
  {linterOptions: {reportUnusedDisableDirectives: 'error'}},
  js.configs.recommended,
  {
    files: ['ui/**/*.js'],
    languageOptions: {ecmaVersion: 2023, sourceType: 'module', globals: globals.browser},
    plugins: {'import-x': importX},
    settings: {'import-x/extensions': ['.js']},
    rules: {
      'eqeqeq': 'error',
      'no-implicit-globals': 'error',
      'no-shadow': 'error',
      'no-unused-expressions': 'error',
      'no-unused-vars': 'error',
      'no-use-before-define': ['error', {functions: false, variables: false, classes: false}],
      'no-var': 'error',
      'object-shorthand': 'error',
      'prefer-const': ['error', {destructuring: 'all'}],
      'prefer-template': 'error',
      'max-lines': ['error', 250],
      'max-lines-per-function': ['error', 60],
      'complexity': ['error', 12],
      // A module says what it takes and from where; no circle, no default that each importer names for itself.
      'import-x/export': 'error',
      'import-x/extensions': ['error', 'always'],
      'import-x/first': 'error',
      'import-x/named': 'error',
      'import-x/newline-after-import': 'error',
      'import-x/no-cycle': 'error',
      'import-x/no-default-export': 'error',
      'import-x/no-duplicates': 'error',
      'import-x/no-mutable-exports': 'error',
      'import-x/no-self-import': 'error',
      'import-x/no-unresolved': ['error', {caseSensitive: true}],
      'import-x/order': ['error', {alphabetize: {order: 'asc', caseInsensitive: true}, groups: [['parent', 'sibling']]}],
    },
  },
];
