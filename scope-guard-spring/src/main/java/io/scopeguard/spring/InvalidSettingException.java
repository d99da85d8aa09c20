package io.scopeguard.spring;

import org.jspecify.annotations.Nullable;

/** Something is set up in a way that cannot work. Stops start-up, and says what to change. */
public final class InvalidSettingException extends RuntimeException {

    private final String setting;
    private final String fix;

    /**
     * @param setting the property, or the handler, that is wrong
     * @param problem what is wrong with it
     * @param fix what to do
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
