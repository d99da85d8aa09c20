package io.scopeguard.logtobox.interaction;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.springframework.core.io.ClassPathResource;

/** HTML with placeholders of the form {@code {{name}}}. Values are inserted unchanged: the caller escapes them. */
final class Template {

    private static final Pattern NAME = Pattern.compile("\\{\\{(\\w+)}}");

    private final String text;

    private Template(String text) {
        this.text = text;
    }

    static Template named(String name) {
        try {
            return new Template(
                    new ClassPathResource("logto-box/" + name + ".html").getContentAsString(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Replaces all placeholders in one pass, so that inserted values are not replaced again. */
    String render(Map<String, String> values) {
        return NAME.matcher(text)
                .replaceAll(found -> Matcher.quoteReplacement(values.getOrDefault(found.group(1), "")));
    }
}
