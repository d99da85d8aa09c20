package io.scopeguard.spring.autoconfigure;

import io.scopeguard.spring.InvalidSettingException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.SpringBootVersion;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * Stops applications on an older Spring Boot before anything else is loaded: its classes have other names there, so that the
 * auto-configuration would fail with an obscure error, or not apply at all. Uses nothing that older versions lack.
 *
 * <p>Found by Spring Boot through {@code spring.factories}.
 */
final class SpringBootVersionCheck implements ApplicationContextInitializer<ConfigurableApplicationContext> {

    private static final Pattern NUMBERS = Pattern.compile("(\\d+)\\.(\\d+)\\b.*");
    private static final int MAJOR = 4;
    private static final int MINOR = 1;

    @Override
    public void initialize(ConfigurableApplicationContext context) {
        if (Switches.isGuardOn(context.getEnvironment())) {
            check(SpringBootVersion.getVersion());
        }
    }

    static void check(@Nullable String version) {
        if (version != null && isOlder(version)) {
            throw new InvalidSettingException(
                    "Scope Guard",
                    "needs Spring Boot " + MAJOR + "." + MINOR + " or newer, but this application runs on Spring Boot "
                            + version + ", where nothing would enforce @RequiresScopes",
                    "Upgrade Spring Boot, or remove the dependency on scope-guard-spring.");
        }
    }

    private static boolean isOlder(String version) {
        Matcher numbers = NUMBERS.matcher(version);
        if (!numbers.matches()) {
            return false;
        }
        int major = Integer.parseInt(numbers.group(1));
        return major < MAJOR || (major == MAJOR && Integer.parseInt(numbers.group(2)) < MINOR);
    }
}
