package io.scopeguard.spring.autoconfigure;

import io.scopeguard.spring.InvalidSettingException;
import org.jspecify.annotations.Nullable;
import org.springframework.core.convert.ConversionException;
import org.springframework.core.convert.support.DefaultConversionService;
import org.springframework.core.env.PropertyResolver;

/** Boolean properties that are read before properties are bound. */
final class Switches {

    static final String GUARD = "scope-guard.enabled";

    private Switches() {}

    /** Whether the guard is switched on. */
    static boolean isGuardOn(PropertyResolver properties) {
        return read(properties, GUARD, true);
    }

    /**
     * The value of a property, converted as where it is bound.
     *
     * @throws InvalidSettingException if the value is neither true nor false, or empty
     */
    static boolean read(PropertyResolver properties, String name, boolean byDefault) {
        String text = properties.getProperty(name);
        if (text == null) {
            return byDefault;
        }
        Boolean value = convert(text);
        if (value == null) {
            throw new InvalidSettingException(
                    name,
                    "is '" + text + "', which is neither true nor false",
                    "Set it to true or false, or remove it. An empty value may come from an environment variable that is not"
                            + " set.");
        }
        return value;
    }

    private static @Nullable Boolean convert(String text) {
        try {
            return DefaultConversionService.getSharedInstance().convert(text.strip(), Boolean.class);
        } catch (ConversionException e) {
            return null;
        }
    }
}
