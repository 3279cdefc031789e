// Checks one certificate: Check ANCHOR TRUST-LIST CERTIFICATE [SECONDS-SINCE-1970]
//
// CERTIFICATE is a file with the text of a certificate, or a picture (PNG or JPEG) of its QR symbol.
// verifier/README.md says how to compile and run it.

import java.io.File
import kotlin.system.exitProcess
import lachan.verifier.Checker
import lachan.verifier.CheckerException
import lachan.verifier.readPicture

fun main(arguments: Array<String>) {
    if (arguments.size < 3) {
        System.err.println("Check ANCHOR TRUST-LIST CERTIFICATE [SECONDS-SINCE-1970]")
        exitProcess(64)
    }
    val (anchor, trustList, certificate) = arguments
    val at = arguments.getOrNull(3)?.toLong() ?: (System.currentTimeMillis() / 1000)
    try {
        Checker().use { checker ->
            checker.addAnchors(File(anchor).readBytes())
            checker.loadTrust(File(trustList).readBytes(), at)
            val picture = certificate.substringAfterLast('.') in setOf("png", "jpg", "jpeg")
            val text = if (picture) readPicture(File(certificate).readBytes()) else File(certificate).readText()
            println(checker.check(text, at))
        }
    } catch (refused: CheckerException.Refused) {
        System.err.println("${refused.words} (${refused.code})")
        exitProcess(64)
    }
}
