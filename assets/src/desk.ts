// Behaviour of the desk. Every page works without it: these make it quicker.
import './network'
import './menu'
import './dialog'
import './batch'
import './forms'
import './upload'
import './combo'
import './keys'
