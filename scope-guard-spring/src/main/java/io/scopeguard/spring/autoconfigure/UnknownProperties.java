package io.scopeguard.spring.autoconfigure;

import io.scopeguard.spring.InvalidSettingException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName.Form;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.IterableConfigurationPropertySource;
import org.springframework.core.env.Environment;
import org.springframework.core.env.SystemEnvironmentPropertySource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Finds properties below {@code scope-guard} that do not exist, such as misspelt ones: a misspelt setting would silently have no
 * effect. The configuration metadata contains the names that exist. Environment variables are not checked, because their names are
 * ambiguous.
 */
final class UnknownProperties {

    private static final Logger log = LoggerFactory.getLogger(UnknownProperties.class);

    static final String METADATA = "META-INF/spring-configuration-metadata.json";
    private static final String PROPERTIES = "\"properties\"";
    private static final String HINTS = "\"hints\"";
    private static final ConfigurationPropertyName PREFIX = ConfigurationPropertyName.of("scope-guard");

    private static final ConfigurationPropertyName CLIENTS = PREFIX.append("clients");

    /** Below a client's id. The metadata does not look into maps. */
    private static final List<String> OF_CLIENT = List.of("watch", "non-interactive", "third-party");

    private static final List<String> OF_OTHER_DECODERS = List.of(
            "jwt.issuer-uri",
            "jwt.jwk-set-uri",
            "jwt.public-key-location",
            "jwt.audiences",
            "opaquetoken.introspection-uri");

    /** Set by the test kit. */
    private static final ConfigurationPropertyName TEST = ConfigurationPropertyName.of("scope-guard.test");

    private final Environment environment;
    private final List<String> metadata = new ArrayList<>();

    /** Parsed for the first name that is not found in the text. */
    private final Set<ConfigurationPropertyName> known = new HashSet<>();

    private final Set<ConfigurationPropertyName> maps = new HashSet<>();

    UnknownProperties(Environment environment) {
        this.environment = environment;
        metadata().forEach(this::read);
    }

    /**
     * @throws InvalidSettingException if there is a property that does not exist
     */
    void check() {
        if (metadata.isEmpty()) {
            // Built without the annotation processor: nothing is known.
            return;
        }
        for (ConfigurationPropertySource source : ConfigurationPropertySources.get(environment)) {
            if (source instanceof IterableConfigurationPropertySource iterable
                    && !(source.getUnderlyingSource() instanceof SystemEnvironmentPropertySource)) {
                iterable.stream().filter(this::isUnknown).findFirst().ifPresent(this::fail);
            }
        }
        reportOtherDecoder();
    }

    private boolean isUnknown(ConfigurationPropertyName name) {
        if (!PREFIX.isAncestorOf(name) || TEST.isAncestorOf(name) || isInText(name)) {
            return false;
        }
        parse();
        ConfigurationPropertyName plain = withoutIndex(name);
        if (CLIENTS.isAncestorOf(plain)) {
            String last = plain.getLastElement(Form.UNIFORM);
            return OF_CLIENT.stream().noneMatch(each -> last.equals(each.replace("-", "")));
        }
        return !known.contains(plain) && maps.stream().noneMatch(map -> map.isAncestorOf(name));
    }

    /**
     * Whether the list of properties contains the name as it is spelled here. Nearly every start needs nothing else: parsing the
     * metadata takes ten times as long.
     */
    private boolean isInText(ConfigurationPropertyName name) {
        String quoted = "\"" + name + "\"";
        for (String content : metadata) {
            int found = content.indexOf(quoted, content.indexOf(PROPERTIES));
            int end = content.indexOf(HINTS);
            if (found >= 0 && (end < 0 || found < end)) {
                return true;
            }
        }
        return false;
    }

    private ConfigurationPropertyName withoutIndex(ConfigurationPropertyName name) {
        ConfigurationPropertyName plain = name;
        while (plain.isLastElementIndexed() && !known.contains(plain)) {
            plain = plain.getParent();
        }
        return plain;
    }

    private void fail(ConfigurationPropertyName name) {
        Stream<ConfigurationPropertyName> candidates = CLIENTS.isAncestorOf(name)
                ? OF_CLIENT.stream().map(withoutIndex(name).getParent()::append)
                : known.stream();
        String nearest = candidates
                .map(ConfigurationPropertyName::toString)
                .min(Comparator.comparingInt(candidate -> distance(candidate, name.toString())))
                .orElse("");
        throw new InvalidSettingException(
                name.toString(),
                "is not a property of Scope Guard",
                "Did you mean " + nearest + "? Otherwise remove it.");
    }

    /** Warns of properties of Spring Boot's decoder, which Scope Guard replaces. */
    private void reportOtherDecoder() {
        for (String each : OF_OTHER_DECODERS) {
            String property = "spring.security.oauth2.resourceserver." + each;
            if (environment.containsProperty(property)) {
                log.warn(
                        "{} has no effect: Scope Guard verifies the tokens of its identity provider. Remove it.",
                        property);
            }
        }
    }

    /** The metadata of this archive: every archive on the class path may have a file of that name. A native image has no archives. */
    private static List<URL> metadata() {
        URL type = UnknownProperties.class.getResource(UnknownProperties.class.getSimpleName() + ".class");
        String path = UnknownProperties.class.getName().replace('.', '/') + ".class";
        try {
            if (type == null || !type.toString().endsWith(path)) {
                return Collections.list(UnknownProperties.class.getClassLoader().getResources(METADATA));
            }
            String root = type.toString().substring(0, type.toString().length() - path.length());
            return List.of(URI.create(root + METADATA).toURL());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void read(URL url) {
        try (InputStream content = url.openStream()) {
            metadata.add(new String(content.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            log.debug("The configuration metadata cannot be read, so unknown properties are not detected", e);
        }
    }

    private void parse() {
        if (!known.isEmpty()) {
            return;
        }
        for (String content : metadata) {
            for (JsonNode property : JsonMapper.shared().readTree(content).path("properties")) {
                ConfigurationPropertyName name =
                        ConfigurationPropertyName.of(property.path("name").asString());
                if (!PREFIX.isAncestorOf(name)) {
                    continue;
                }
                known.add(name);
                if (property.path("type").asString("").startsWith("java.util.Map")) {
                    maps.add(name);
                }
            }
        }
    }

    /** The number of insertions, deletions and substitutions between two names. */
    private static int distance(String a, String b) {
        int[] last = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            last[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = last[0];
            last[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int substituted = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = last[j];
                last[j] = Math.min(substituted, Math.min(last[j], last[j - 1]) + 1);
            }
        }
        return last[b.length()];
    }
}
