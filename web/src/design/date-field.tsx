/**
 * A day, typed or chosen from a calendar, in the portal's language: the browser's own field would be in the browser's.
 * Values are days as `2026-11-26`.
 */
import { parseDate } from "@internationalized/date";
import {
  Button as AriaButton,
  Calendar,
  CalendarCell,
  CalendarGrid,
  CalendarGridBody,
  CalendarGridHeader,
  CalendarHeaderCell,
  DateInput,
  DatePicker,
  DateSegment,
  Dialog,
  Group,
  Heading,
  Label,
  Popover,
} from "react-aria-components";
import { Icon } from "./icon";
import "./date-field.css";

type Props = { label: string; value: string | undefined; onChange: (day: string | undefined) => void };

export function DateField({ label, value, onChange }: Props) {
  return (
    <DatePicker
      className="field date-field"
      value={value ? parseDate(value) : null}
      onChange={(day) => onChange(day?.toString())}
    >
      <Label className="label">{label}</Label>
      <Group className="input date-input">
        <DateInput className="date-segments">
          {(segment) => <DateSegment segment={segment} className="date-segment" />}
        </DateInput>
        <AriaButton className="button button--quiet date-open">
          <Icon name="calendar" />
        </AriaButton>
      </Group>
      <Popover className="popover" offset={4}>
        <Dialog className="date-dialog">
          <Calendar>
            <header className="date-head">
              <AriaButton slot="previous" className="button button--quiet button--icon button--small">
                <Icon name="back" />
              </AriaButton>
              <Heading level={3} />
              <AriaButton slot="next" className="button button--quiet button--icon button--small">
                <Icon name="forward" />
              </AriaButton>
            </header>
            <CalendarGrid>
              <CalendarGridHeader>
                {(day) => <CalendarHeaderCell className="date-weekday">{day}</CalendarHeaderCell>}
              </CalendarGridHeader>
              <CalendarGridBody>{(day) => <CalendarCell date={day} className="date-day" />}</CalendarGridBody>
            </CalendarGrid>
          </Calendar>
        </Dialog>
      </Popover>
    </DatePicker>
  );
}
