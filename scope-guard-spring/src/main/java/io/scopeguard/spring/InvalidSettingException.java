package io.scopeguard.spring;

import org.jspecify.annotations.Nullable;

/**
 * A setting is missing or wrong. Stops start-up with the problem and the fix.
 *
 * @since 0.1
 */
public final class InvalidSettingException extends RuntimeException {

    private final String setting;
    private final String fix;

    /**
     * @param setting the property, or the handler, that is wrong
     * @param problem the problem, which follows the name of the property in the message
     * @param fix the change that helps
     */
    public InvalidSettingException(String setting, String problem, String fix) {
        this(setting, problem, fix, null);
    }

    public InvalidSettingException(String setting, String problem, String fix, @Nullable Throwable cause) {
        super(setting + " " + problem, cause);
        this.setting = setting;
        this.fix = fix;
    }

    public String setting() {
        return setting;
    }

    public String fix() {
        return fix;
    }
}
