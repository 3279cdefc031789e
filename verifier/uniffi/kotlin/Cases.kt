// Runs a file of cases and prints for each what the binding says. The format: tests/src/binding_cases.rs.

package cases

import java.io.File
import java.io.PrintStream
import java.util.HexFormat
import lachan.verifier.Checker
import lachan.verifier.CheckerException
import lachan.verifier.readPicture

private fun bytes(hex: String): ByteArray = HexFormat.of().parseHex(hex)

/** `ok`, or the stable code of why it was refused. */
private fun code(call: () -> Unit): String =
    try {
        call()
        "ok"
    } catch (refused: CheckerException.Refused) {
        refused.code
    }

private fun run(line: String): String = Checker().use { checker ->
    val (_, seconds, anchors, trust, trustAt) = line.split('\t')
    val (signer, kind, certificate, statusList) = line.split('\t').drop(5)
    val (country, purpose, language) = line.split('\t').drop(9)
    val at = seconds.toLong()
    val codes = buildList {
        if (anchors.isNotEmpty()) add(code { checker.addAnchors(bytes(anchors)) })
        if (trust.isNotEmpty()) add(code { checker.loadTrust(bytes(trust), trustAt.toLong()) })
        if (signer.isNotEmpty()) add(code { checker.addSigner(bytes(signer)) })
        if (statusList.isNotEmpty()) add(code { checker.loadStatusList(bytes(statusList), trustAt.toLong()) })
        if (country.isNotEmpty()) add(code { checker.setCountry(country, purpose, language) })
    }
    val answer =
        try {
            val text =
                if (kind == "picture") readPicture(bytes(certificate)) else bytes(certificate).toString(Charsets.UTF_8)
            listOf(checker.check(text, at), checker.trust(at))
        } catch (refused: CheckerException.Refused) {
            listOf(refused.code, "")
        }
    (listOf(codes.joinToString(",")) + answer).joinToString("\t")
}

fun main(arguments: Array<String>) {
    val output = PrintStream(System.out, false, Charsets.UTF_8)
    File(arguments[0]).useLines { lines -> lines.forEach { output.print(run(it) + "\n") } }
    output.flush()
}
